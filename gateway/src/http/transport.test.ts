import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ACCEPT, startHttpHarness, VERSION } from '../testing/http-gateway.ts';

const echoes = { 'Content-Type': 'application/json', Accept: ACCEPT };
const callOf = (id: unknown, args: object = {}) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'act', arguments: args },
  });

test('a call passes in either era, once, recorded before, with what was judged', async () => {
  const harness = await startHttpHarness();
  const session = await harness.open();
  expect((await session.call('act', { n: 1 })).messages).toMatchObject([
    { result: { content: [{ text: 'done' }] } },
  ]);
  expect((await harness.ask('tools/call', { name: 'act', arguments: { n: 2 } })).status).toBe(200);
  expect(harness.reached()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(harness.broken()).toEqual([]);
});

test('T1: an origin that is not allowed is refused on every route, however it is spelt', async () => {
  const harness = await startHttpHarness({
    config: { listen: { port: 0, origins: ['https://good.example'] } },
  });
  const { port } = harness;
  const bad = [
    'https://evil.example',
    'null',
    'https://good.example:8443',
    'http://good.example',
    'https://good.example.evil.example',
    'https://GOOD.example',
    '',
    `http://localhost:${port + 1}`,
  ];
  for (const origin of bad) {
    for (const [method, path] of [
      ['POST', '/mcp/test'],
      ['GET', '/mcp/test'],
      ['DELETE', '/mcp/test'],
      ['OPTIONS', '/mcp/test'],
      ['GET', '/livez'],
      ['GET', '/.well-known/oauth-protected-resource'],
    ] as const) {
      const got = await harness.send({
        ...{ method, path },
        headers: { ...echoes, Origin: origin },
        ...(method === 'POST' && { body: callOf(1) }),
      });
      expect([origin, path, got.status]).toEqual([origin, path, 403]);
    }
  }
  const twice = await raw(port, [
    'POST /mcp/test HTTP/1.1',
    `Host: localhost:${port}`,
    'Origin: https://good.example',
    'Origin: https://good.example',
  ]);
  expect(twice).toMatch(/^HTTP\/1.1 4/);
  for (const origin of [
    'https://good.example',
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}`,
  ]) {
    expect((await harness.open({ Origin: origin })).id).not.toBe('');
  }
  expect(harness.reached()).toEqual([]);
  expect(harness.broken({ clientLeft: true })).toEqual([]);
});

test('a page that may call can read what it is answered; others are told nothing', async () => {
  const harness = await startHttpHarness({
    config: { listen: { port: 0, origins: ['https://good.example'] } },
  });
  const ask = (origin: string) =>
    harness.send({
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });
  const allowed = await ask('https://good.example');
  expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([
    204,
    'https://good.example',
  ]);
  expect(allowed.headers['access-control-allow-headers']).toBe('Authorization, *');
  const refused = await ask('https://evil.example');
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([
    403,
    undefined,
  ]);
  const { opened } = await harness.open({ Origin: 'https://good.example' });
  expect(opened.headers).toMatchObject({
    'access-control-allow-origin': 'https://good.example',
    'access-control-expose-headers': expect.stringContaining('Mcp-Session-Id'),
    'mcp-session-id': expect.any(String),
  });
});

test('T2: a request that was addressed to another name is refused', async () => {
  const harness = await startHttpHarness();
  for (const host of [
    `attacker.test:${harness.port}`,
    'attacker.test',
    'localhost.attacker.test',
  ]) {
    const got = await harness.send({ headers: { ...echoes, Host: host }, body: callOf(1) });
    expect([host, got.status]).toEqual([host, 403]);
  }
  expect(harness.reached()).toEqual([]);
});

test('T3: it listens on the loopback only, and elsewhere never for everybody', async () => {
  const harness = await startHttpHarness();
  expect(harness.gateway.url).toBe(`http://127.0.0.1:${harness.port}`);
  await expect(
    startHttpHarness({ config: { listen: { host: '0.0.0.0', port: 0 } } }),
  ).rejects.toThrow('only a loopback address');
});

test('T4: an unknown revision in the header is refused; none is the era of sessions', async () => {
  const harness = await startHttpHarness();
  const session = await harness.open();
  const versions = ['junk', '2099-01-01', '2025-11-25, 2025-06-18', '', VERSION];
  for (const version of versions) {
    const got = await harness.post(
      { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'act' } },
      { ...session.headers, 'MCP-Protocol-Version': version },
    );
    expect([version, got.status]).toEqual([version, 400]);
  }
  const { 'MCP-Protocol-Version': _, ...without } = session.headers;
  const got = await harness.post({ jsonrpc: '2.0', id: 10, method: 'ping' }, without);
  expect(got.status).toBe(200);
  expect(harness.reached()).toEqual([]);
});

test('T5: header and body must name the same revision, and a known one', async () => {
  const harness = await startHttpHarness();
  const call = { name: 'act', arguments: {} };
  const version = (header: string, meta?: string) =>
    harness.ask('tools/call', call, {
      headers: { 'MCP-Protocol-Version': header },
      ...(meta !== undefined && { meta: { 'io.modelcontextprotocol/protocolVersion': meta } }),
    });
  for (const [header, meta, code] of [
    ['2025-11-25', VERSION, -32020],
    [VERSION, '2025-11-25', -32020],
    ['2099-01-01', '2099-01-01', -32022],
  ] as const) {
    const { status, messages } = await version(header, meta);
    expect([status, messages[0]]).toMatchObject([400, { error: { code } }]);
  }
  const { messages } = await version('1999-01-01', '1999-01-01');
  expect(messages[0]).toMatchObject({
    error: { data: { supported: expect.arrayContaining([VERSION]) } },
  });
  expect(harness.reached()).toEqual([]);
});

test('T6: headers that say something other than the body are never forwarded, and never decide', async () => {
  const harness = await startHttpHarness({
    policy: { version: '1', default: 'deny', tools: { safe: {}, act: { action: 'deny' } } },
    tools: ['safe', 'act', 'Act'].map((name) => ({ name, inputSchema: { type: 'object' } })),
  });
  const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
  const cases: [headers: Record<string, string>, method?: string][] = [
    [{ 'Mcp-Name': 'safe' }],
    [{ 'Mcp-Name': base64('safe') }],
    [{ 'Mcp-Name': '=?base64?!!!?=' }],
    [{ 'Mcp-Name': 'Act' }],
    [{ 'Mcp-Name': '' }],
    [{ 'Mcp-Method': 'tools/list' }],
    [{ 'Mcp-Method': 'TOOLS/CALL' }],
    [{ 'Mcp-Method': '' }],
  ];
  for (const [headers] of cases) {
    const got = await harness.ask('tools/call', { name: 'act', arguments: {} }, { headers });
    expect([headers, got.status, got.messages[0]]).toMatchObject([
      headers,
      400,
      { error: { code: -32020 } },
    ]);
  }
  // A harmless header does not make the dangerous body pass, nor the other way round.
  const refused = await harness.ask('tools/call', { name: 'act', arguments: {} });
  expect(refused.messages[0]).toMatchObject({ result: { isError: true } });
  const encoded = await harness.ask(
    'tools/call',
    { name: 'safe' },
    { headers: { 'Mcp-Name': base64('safe') } },
  );
  expect(encoded.messages[0]).toMatchObject({ result: { content: [{ text: 'done' }] } });
  expect(harness.server.seen.at(-1)?.headers['mcp-name']).toBe('safe');
  expect(harness.broken()).toEqual([]);
});

test('T7: headers for arguments must say what the arguments say; others are passed and ignored', async () => {
  const property = { type: 'string', 'x-mcp-header': 'Region' };
  const count = { type: 'integer', 'x-mcp-header': 'Count' };
  const harness = await startHttpHarness({
    tools: [
      { name: 'act', inputSchema: { type: 'object', properties: { region: property, count } } },
    ],
  });
  const call = (args: object, headers: Record<string, string>) =>
    harness.ask('tools/call', { name: 'act', arguments: args as never }, { headers });
  const bad: [object, Record<string, string>][] = [
    [{ region: 'eu' }, { 'Mcp-Param-Region': 'us' }],
    [{ region: 'eu' }, {}],
    [{ region: 'é' }, { 'Mcp-Param-Region': '=?base64?!?=' }],
    [{ count: 42 }, { 'Mcp-Param-Count': '43' }],
    [{ count: 42 }, { 'Mcp-Param-Count': '0x2a' }],
  ];
  for (const [args, headers] of bad) {
    const got = await call(args, headers);
    expect([args, got.status, got.messages[0]]).toMatchObject([
      args,
      400,
      { error: { code: -32020 } },
    ]);
  }
  expect(harness.reached()).toEqual([]);
  const good: [object, Record<string, string>][] = [
    [{ region: 'eu' }, { 'Mcp-Param-Region': 'eu', 'Mcp-Param-Other': 'x' }],
    [{ region: 'é' }, { 'Mcp-Param-Region': `=?base64?${Buffer.from('é').toString('base64')}?=` }],
    [{ count: 42 }, { 'Mcp-Param-Count': '42.0' }],
    [{}, { 'Mcp-Param-Region': 'eu' }],
  ];
  for (const [args, headers] of good) expect((await call(args, headers)).status).toBe(200);
  expect(harness.server.seen.some(({ headers }) => headers['mcp-param-other'] === 'x')).toBe(true);
  expect(harness.reached()).toHaveLength(good.length);
});

test('T8: a tool whose headers cannot be read in one way is left out, the others are kept', async () => {
  const withHeader = (name: string, header: unknown, more: object = {}) => ({
    name,
    inputSchema: {
      type: 'object',
      properties: { a: { type: 'string', 'x-mcp-header': header }, ...more },
    },
  });
  const harness = await startHttpHarness({
    tools: [
      withHeader('good', 'Region', {
        nested: { properties: { b: { type: 'boolean', 'x-mcp-header': 'B' } } },
      }),
      withHeader('empty', ''),
      withHeader('line', 'a\r\nb'),
      withHeader('twice', 'R', { b: { type: 'string', 'x-mcp-header': 'r' } }),
      withHeader('number', 'R', { b: { type: 'number', 'x-mcp-header': 'N' } }),
      withHeader('list', 'R', {
        b: { type: 'array', items: { type: 'string', 'x-mcp-header': 'L' } },
      }),
      withHeader('either', 'R', { b: { oneOf: [{ type: 'string', 'x-mcp-header': 'O' }] } }),
      {
        name: 'plain',
        inputSchema: { type: 'object', properties: { 'x-mcp-header': { type: 'string' } } },
      },
    ] as never,
  });
  const { messages } = await harness.ask('tools/list');
  const { result } = messages[0] as unknown as { result: { tools: { name: string }[] } };
  expect(result.tools.map(({ name }) => name)).toEqual(['good', 'plain']);
  const called = await harness.ask('tools/call', { name: 'line', arguments: {} });
  expect(called.messages[0]).toMatchObject({ result: { isError: true } });
  expect(harness.reached()).toEqual([]);
});

test('T9: a body is one message; lists and answers are refused whole', async () => {
  const harness = await startHttpHarness();
  const session = await harness.open();
  const bodies = [
    `[${callOf(1)},${callOf(2)}]`,
    `[${callOf(1)}]`,
    '[]',
    '{}',
    'null',
    '"tools/call"',
    callOf(1) + callOf(2),
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","result":{}}',
    '',
  ];
  for (const body of bodies) {
    const inSession = await harness.send({ headers: { ...echoes, ...session.headers }, body });
    expect([body, inSession.status]).toEqual([body, 400]);
    const stateless = {
      ...echoes,
      'MCP-Protocol-Version': VERSION,
      'Mcp-Method': 'tools/call',
      'Mcp-Name': 'act',
    };
    expect((await harness.send({ headers: stateless, body })).status).toBe(400);
  }
  const answer = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const headers = { ...echoes, 'MCP-Protocol-Version': VERSION };
  expect((await harness.send({ headers, body: answer })).status).toBe(400);
  expect(harness.reached()).toEqual([]);
});

test('T10, G15: ids are texts or whole numbers, not used twice at once, and never crossed between clients', async () => {
  const held: (() => void)[] = [];
  const harness = await startHttpHarness({
    script: ({ method, params, answer }) => {
      if (method !== 'tools/call') return undefined;
      const { n } = params['arguments'] as { n: number };
      held.push(() =>
        answer({ content: [{ type: 'text', text: `for ${n}` }], resultType: 'complete' }),
      );
      return true;
    },
  });
  const session = await harness.open();
  for (const id of ['null', '1.5', '{}', '1e400', '[1]']) {
    const body = callOf(0, { n: 0 }).replace('"id":0', `"id":${id}`);
    const got = await harness.send({ headers: { ...echoes, ...session.headers }, body });
    expect([id, got.status]).toEqual([id, 400]);
  }
  const other = await harness.open();
  const asked = [
    session.request('tools/call', { name: 'act', arguments: { n: 1 } }, 7),
    other.request('tools/call', { name: 'act', arguments: { n: 2 } }, 7),
    harness.ask('tools/call', { name: 'act', arguments: { n: 3 } }, { id: 7 }),
    harness.ask('tools/call', { name: 'act', arguments: { n: 4 } }, { id: 7 }),
  ];
  await expect.poll(() => held.length).toBe(4);
  const twice = await session.request('tools/call', { name: 'act', arguments: { n: 5 } }, 7);
  expect(twice.messages[0]).toMatchObject({ id: null, error: { message: 'This id is in use' } });
  for (const answer of held.reverse()) answer();
  const texts = (await Promise.all(asked)).map(({ messages }) => JSON.stringify(messages[0]));
  texts.forEach((text, index) => {
    expect(text).toContain(`for ${index + 1}`);
    expect(text).toContain('"id":7');
  });
  const ids = harness.happenings.flatMap((each) =>
    each.kind === 'server-got' && each.line.includes('tools/call')
      ? [JSON.parse(each.line).id]
      : [],
  );
  expect(ids).not.toContain('7');
});

/** Sends lines as they are and gives what comes back until the connection closes. */
function raw(port: number, lines: string[], body = ''): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`),
    );
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => done(text));
  });
}
