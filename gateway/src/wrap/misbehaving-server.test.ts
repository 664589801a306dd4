// G17: what a server can do to the one that started it, through the real command.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { isAlive, startWrapped } from '../testing/wrapped.ts';

const done = { result: { content: [{ type: 'text', text: 'done' }] } };

const nuisances: [what: string, script: string][] = [
  [
    'junk before the answer',
    `process.stdout.write('hello\\n\\n{"a":\\n[1,2]\\nnull\\n\\u0000\\n');`,
  ],
  ['bytes that are no text', `process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a, 0xc3, 0x0a]));`],
  ['a line that is too long', `process.stdout.write('x'.repeat(9 * 1024 * 1024) + '\\n');`],
  [
    'a flood of notifications',
    `for (let i = 0; i < 30_000; i++) say({ method: 'x/y', params: { i } });`,
  ],
  [
    'answers to nothing',
    `for (const id of [999, 'a', null, -1, 1.5, {}]) say({ id, result: {} });`,
  ],
  [
    'requests nobody offered',
    `for (let i = 0; i < 500; i++) say({ id: i, method: 'roots/list' });`,
  ],
  [
    'a flood on stderr',
    `for (let i = 0; i < 2000; i++) process.stderr.write('e'.repeat(500) + '\\n');`,
  ],
];
test.for(nuisances)('G17: %s does not keep a call from its answer', async ([, script]) => {
  const { call, wrap, exited } = startWrapped(
    temporaryFolder(),
    `function onCall(id) { ${script} answer(id); }`,
  );
  expect([await call(), await call()]).toMatchObject([done, done]);
  const rssKb = Number(
    /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${wrap.pid}/status`, 'utf8'))?.[1],
  );
  expect(rssKb).toBeLessThan(300_000);
  wrap.stdin.end();
  expect(await exited).toBe(0);
});

test('G17: an answer given twice reaches the client once', async () => {
  const { call, wrap } = startWrapped(
    temporaryFolder(),
    'function onCall(id) { answer(id); answer(id); }',
  );
  let answers = 0;
  wrap.stdout.on('data', (chunk) => {
    answers += String(chunk).split('\n').filter(Boolean).length;
  });
  await call();
  await call();
  expect(answers).toBe(2);
});

test('G17: what the server started and left behind ends with it, though it holds the output', async () => {
  const folder = temporaryFolder();
  const { call, exited } = startWrapped(
    folder,
    `import { spawn } from 'node:child_process';
     function onCall() {
       const left = spawn('sleep', ['300'], { stdio: 'inherit' });
       writeFileSync('left', String(left.pid));
       process.exit(9);
     }`,
  );
  expect(await call()).toMatchObject({ error: { message: expect.stringMatching(/may have run/) } });
  expect(await exited).toBe(9);
  // It was sent its end before we ended, and is no child of ours whose end could be waited for.
  const left = Number(readFileSync(join(folder, 'left'), 'utf8'));
  await vi.waitFor(() => expect(isAlive(left)).toBe(false), 30_000);
});

const STUBBORN = `
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {});
  setInterval(() => {}, 1000);
  function onCall(id) { answer(id); }`;

test('G16, G17: a server that ignores the end of its input and every signal is ended all the same', async () => {
  const { call, wrap, exited, serverPid } = startWrapped(temporaryFolder(), STUBBORN);
  await call();
  wrap.stdin.end();
  expect(await exited).toBe(0);
  expect(isAlive(serverPid())).toBe(false);
});

test('I9: when the gateway is killed, no server outlives it', async () => {
  const { call, wrap, exited, serverPid } = startWrapped(temporaryFolder(), STUBBORN);
  await call();
  wrap.kill('SIGKILL');
  await exited;
  await vi.waitFor(() => expect(isAlive(serverPid())).toBe(false), 30_000);
});
