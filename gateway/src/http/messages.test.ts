// What may be in a message, over real sockets and in both eras: the forms that two readers could read in two ways.
import { expect, test } from 'vitest';
import { metaKeys } from '../protocol/methods.ts';
import { ACCEPT, startHttpHarness, VERSION } from '../testing/http-gateway.ts';

const META = `"_meta":{"${metaKeys.version}":"${VERSION}","${metaKeys.capabilities}":{}}`;

/** Bodies of one call, each read by the strict reader only, and not at all: `$meta` is the era's own. */
const twofold: [what: string, body: string][] = [
  [
    'a key twice',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","name":"act"$meta}}',
  ],
  [
    'a key in two spellings',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","n\\u0061me":"act"$meta}}',
  ],
  [
    'a key of the protocol in another case',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","Method":"x","params":{"name":"act"$meta}}',
  ],
  [
    'a name in another case beside the name',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","Name":"x"$meta}}',
  ],
  [
    'an argument twice',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":1,"a":2}$meta}}',
  ],
  [
    'a number no double holds',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":9007199254740993}$meta}}',
  ],
  [
    '1e400',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":1e400}$meta}}',
  ],
  [
    'half a character',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":"\\ud800"}$meta}}',
  ],
  [
    'a NUL',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":"\\u0000"}$meta}}',
  ],
  [
    'too many levels',
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":${'['.repeat(100)}${']'.repeat(100)}}$meta}}`,
  ],
  [
    'no end of levels',
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{"a":${'['.repeat(100_000)}`,
  ],
  [
    'a million keys',
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act","arguments":{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`).join()}}$meta}}`,
  ],
  ['a comment', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act"$meta}/**/}'],
];

const stateless = {
  'Content-Type': 'application/json',
  Accept: ACCEPT,
  'MCP-Protocol-Version': VERSION,
  'Mcp-Method': 'tools/call',
  'Mcp-Name': 'act',
};

test('G11: a message that can be read in two ways, or has no end, reaches no server in either era', async () => {
  const harness = await startHttpHarness();
  const session = await harness.open();
  const ofSession = { 'Content-Type': 'application/json', Accept: ACCEPT, ...session.headers };
  for (const [what, body] of twofold) {
    for (const [headers, meta] of [
      [ofSession, ''],
      [stateless, `,${META}`],
    ] as const) {
      const got = await harness.send({ headers, body: body.replace('$meta', meta) });
      expect([what, got.status, got.messages[0]]).toMatchObject([what, 400, { error: {} }]);
    }
  }
  expect(harness.reached()).toEqual([]);
  expect((await session.call('act')).messages[0]).toMatchObject({ result: {} });
});

test('G12: keys that mean something to JavaScript are data in arguments, and nothing anywhere else', async () => {
  const harness = await startHttpHarness();
  const session = await harness.open();
  const ofSession = { 'Content-Type': 'application/json', Accept: ACCEPT, ...session.headers };
  const special =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}';
  for (const [headers, meta] of [
    [ofSession, ''],
    [stateless, `,${META}`],
  ] as const) {
    const call = (params: string, more = '') =>
      harness.send({
        headers,
        body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params}${meta}}${more}}`,
      });
    const { messages } = await call(`"name":"act","arguments":${special}`);
    expect(messages[0]).toMatchObject({ result: { content: [{ text: 'done' }] } });
    // Where the protocol has its own keys, what stands for them is none of them.
    expect((await call('"__proto__":{"name":"act"}')).messages[0]).toMatchObject({ error: {} });
    const outside = await call('"name":"act"', ',"__proto__":{"method":"tools/list"}');
    expect(JSON.stringify(outside.messages)).not.toContain('"tools"');
  }
  const args = harness.happenings.flatMap((each) =>
    each.kind === 'server-got' && each.line.includes('polluted') ? [each.line] : [],
  );
  expect(args).toHaveLength(2);
  for (const line of args) expect(line).toContain(special);
  expect({}).not.toHaveProperty('polluted');
});
