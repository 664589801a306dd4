// Servers that are commands, behind HTTP: whatever a program does on its pipes, one client's call ends and nobody else's suffers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { isAlive } from '../testing/wrapped.ts';

/** Answers in both eras, tells its process id, and leaves calls to `onCall(id)`. */
const PRELUDE = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
appendFileSync('pids', process.pid + '\\n');
const say = (value) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...value }) + '\\n');
const answer = (id) => say({ id, result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] } });
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const tools = [{ name: 'act', inputSchema: { type: 'object' } }];
  if (method === 'initialize') say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } });
  else if (method === 'tools/list') say({ id, result: { tools, resultType: 'complete' } });
  else if (method === 'tools/call') onCall(id);
});
`;

async function behind(script: string) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'server.mjs'), `${PRELUDE}\n${script}`);
  const command = { command: process.execPath, args: ['server.mjs'], cwd: folder };
  const harness = await startHttpHarness({ servers: { test: command } });
  const pids = () => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
  return { harness, pids };
}

/** A call in a session of its own, and one of the stateless era. */
async function callTwice(harness: Awaited<ReturnType<typeof startHttpHarness>>) {
  const session = await harness.open();
  const inSession = await session.call('act');
  return [
    inSession.messages.at(-1),
    (await harness.ask('tools/call', { name: 'act' })).messages.at(-1),
  ];
}

const junk: [row: string, what: string, script: string][] = [
  ['T15', 'a banner before the answer', `process.stdout.write('Server ready!\\n\\n');`],
  ['T15', 'a mark of the encoding', `process.stdout.write('\\ufeff\\n');`],
  [
    'T15',
    'bytes that are no text',
    'process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a, 0xc3, 0x0a]));',
  ],
  ['T15', 'line ends of two characters', `process.stdout.write('junk\\r\\n\\r\\n');`],
  [
    'T15',
    'a message on stderr',
    `process.stderr.write(JSON.stringify({ jsonrpc: '2.0', id, result: { isError: true, content: [] } }) + '\\n');`,
  ],
  ['G17', 'a line that is too long', `process.stdout.write('x'.repeat(9 * 1024 * 1024) + '\\n');`],
  [
    'G17',
    'answers to nothing',
    `for (const other of [999, 'a', null, 1.5, {}]) say({ id: other, result: {} });`,
  ],
  [
    'G17',
    'a flood of notifications',
    `for (let i = 0; i < 10_000; i++) say({ method: 'x/y', params: { i } });`,
  ],
  ['G17', 'the answer of another, twice', 'answer(id); answer(id);'],
];
test.for(junk)('%s: %s keeps no call from its answer, in either era', async ([, , script]) => {
  const { harness } = await behind(`function onCall(id) { ${script} answer(id); }`);
  for (const answer of await callTwice(harness)) {
    expect(answer).toMatchObject({ result: { content: [{ text: 'done' }] } });
  }
});

const deaths: [row: string, what: string, script: string][] = [
  [
    'T15',
    'half a line',
    `process.stdout.write('{"jsonrpc":"2.0","id":' + id + ',"res'); process.exit(0);`,
  ],
  ['G1', 'a sudden death', `process.kill(process.pid, 'SIGKILL');`],
  ['G1', 'an exit', 'process.exit(1);'],
];
test.for(deaths)(
  '%s: %s in a call is one error that says it may have run, and no second try',
  async ([, , script]) => {
    const { harness, pids } = await behind(`function onCall(id) { ${script} }`);
    const session = await harness.open();
    expect((await session.call('act')).messages).toMatchObject([
      { error: { message: expect.stringContaining('may have run') } },
    ]);
    expect([...harness.state.outcomes.values()]).toMatchObject([{ kind: 'unknown' }]);
    // The process was the session; whoever comes back begins anew.
    expect((await session.call('act')).status).toBe(404);
    expect(pids()).toHaveLength(1);
    expect(harness.gateway.load()).toEqual({ inFlight: 0, sessions: 0 });
  },
);

test('G16, G17: a server that ignores every sign of the end is gone all the same when the gateway stops', async () => {
  const { harness, pids } = await behind(`
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
    setInterval(() => {}, 1_000);
    function onCall(id) { answer(id); }`);
  await callTwice(harness);
  expect(pids().filter(isAlive)).toHaveLength(2);
  await harness.gateway.stop();
  expect(pids().filter(isAlive)).toEqual([]);
});

test('G8: processes are bounded for each grant too, so that none takes them from all others', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'server.mjs'), `${PRELUDE}\nfunction onCall(id) { answer(id); }`);
  const command = { command: process.execPath, args: ['server.mjs'], cwd: folder };
  const [greedy, other] = ['token-of-a-1234567890', 'token-of-b-1234567890'];
  const harness = await startHttpHarness({
    grants: { [greedy]: ['test', 'more'], [other]: ['test'] },
    servers: { test: command, more: command },
    config: { limits: { children: 4, childrenPerGrant: 2 } },
  });
  const by = (token: string) => ({ Authorization: `Bearer ${token}` });
  const joined = await harness.open(by(greedy), {}, '/mcp');
  expect(joined.opened.status).toBe(200);
  expect((await harness.open(by(greedy))).opened.status).toBe(429);
  expect((await (await harness.open(by(other))).call('act')).text).toContain('"done"');
  // Its own are free again once their session is over.
  await harness.send({ method: 'DELETE', headers: joined.headers, path: '/mcp' });
  expect((await (await harness.open(by(greedy))).call('act')).text).toContain('"done"');
});
