// Bytes that two readers could cut or read in two ways, and bodies that would be held before they are refused.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ACCEPT, startHttpHarness, VERSION } from '../testing/http-gateway.ts';

test('G10: a body that is too long or packed is refused before it is held', async () => {
  const harness = await startHttpHarness({ config: { limits: { bodyBytes: 10_000 } } });
  const headers = { 'Content-Type': 'application/json', Accept: ACCEPT };
  const long = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'ping',
    params: { x: 'y'.repeat(20_000) },
  });
  expect(
    (
      await harness.send({
        headers: { ...headers, 'Content-Length': String(long.length) },
        body: long,
      })
    ).status,
  ).toBe(413);
  const chunked = await rawAnswer(harness.port, [
    ...[
      'Content-Type: application/json',
      `Accept: ${ACCEPT}`,
      'Transfer-Encoding: chunked',
      '',
      `4e20\r\n${'x'.repeat(20_000)}\r\n0\r\n\r\n`,
    ],
  ]);
  expect(chunked).toMatch(/^HTTP\/1.1 413/);
  for (const encoding of ['gzip', 'identity', 'br']) {
    const got = await harness.send({
      headers: { ...headers, 'Content-Encoding': encoding },
      body: '{}',
    });
    expect(got.status).toBe(415);
  }
  expect(
    (await harness.send({ headers: { ...headers, 'Content-Type': 'text/plain' }, body: '{}' }))
      .status,
  ).toBe(415);
});

test('G14: headers that two readers could read in two ways reach nothing', async () => {
  const harness = await startHttpHarness();
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'act',
      _meta: {
        'io.modelcontextprotocol/protocolVersion': VERSION,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });
  const usual = [
    'Content-Type: application/json',
    `Accept: ${ACCEPT}`,
    `MCP-Protocol-Version: ${VERSION}`,
    'Mcp-Method: tools/call',
    'Mcp-Name: act',
  ];
  const length = `Content-Length: ${body.length}`;
  const cases: string[][] = [
    [length, 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', length],
    [length, length],
    [length, `Content-Length: ${body.length + 1}`],
    [`Content-Length: +${body.length}`],
    [`Content-Length: 0x${body.length.toString(16)}`],
    [`Content-Length : ${body.length}`],
    [`Content-Length: ${body.length}, ${body.length}`],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding: chunked, identity'],
    ['Transfer-Encoding:\u000bchunked'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    [length, 'X-A: b\r\n c: folded'],
    [length, ' X-Leading: space'],
    [length, 'Content_Length: 5'],
    [length, 'Mcp_Name: safe'],
    [length, 'Mcp-Name: safe'],
    [length, 'mcp-name: act'],
    [length, 'MCP-METHOD: tools/list'],
    [length, `MCP-Protocol-Version: ${VERSION}`],
    [length, 'Authorization: Bearer a', 'Authorization: Bearer b'],
    [length, 'Host: attacker.test'],
    [length, 'Content-Type: text/plain'],
    [length, 'Accept: */*'],
    [length, 'Origin: http://a', 'Origin: http://b'],
    [length, 'X-\u0000: a'],
    [length, 'X: a\u0000b'],
    [length, 'X: a\rb'],
    [length, 'No colon'],
    [length, ': empty'],
  ];
  for (const lines of cases) {
    const answer = await rawAnswer(harness.port, [...usual, ...lines, '', body]);
    expect([lines, answer.slice(0, 10)]).toEqual([lines, expect.stringMatching(/^HTTP\/1.1 4/)]);
  }
  const lineEnds = await rawAnswer(harness.port, [...usual, length, '', body], '\n');
  expect(lineEnds).toMatch(/^HTTP\/1.1 4/);
  expect(harness.reached()).toEqual([]);
  expect(await rawAnswer(harness.port, [...usual, length, '', body])).toMatch(/^HTTP\/1.1 200/);
});

/** Sends header lines and a body as they are; gives what comes back. */
function rawAnswer(port: number, lines: string[], end = '\r\n'): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const head = ['POST /mcp/test HTTP/1.1', `Host: localhost:${port}`, 'Connection: close'];
    const socket = connect(port, '127.0.0.1', () => socket.write([...head, ...lines].join(end)));
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => done(text));
  });
}
