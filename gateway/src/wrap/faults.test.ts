// G18: wherever something inside fails, that call is refused or the gateway ends; it never goes on in an unknown state.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test, vi } from 'vitest';
import { verifyAudit } from '../audit/verify-audit.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { isAlive, startWrapped } from '../testing/wrapped.ts';

const FAULTY = join(import.meta.dirname, '../../fixtures/faulty-wrap.ts');
const BIN = join(import.meta.dirname, '../../../cli/bin/toolwarden.js');
const SERVER = 'function onCall(id) { answer(id); }';
const policy = {
  version: '1',
  default: 'deny',
  tools: { act: { limits: [{ max: 2, window: 'hour' }] } },
};

/** Calls that the audit has as sent on. */
const allowed = (folder: string): number =>
  execFileSync('node', [BIN, 'audit', 'export', '--state', join(folder, 'state')], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((line) => line.includes('"effect":"allow"')).length;

const faults: [method: string, nth: number][] = [
  ['record', 1],
  ['record', 2],
  ['outcome', 2],
  ['note', 1],
  ['close', 1],
];
test.for(faults)('G18: %s fails from its call number %i on', async ([method, nth]) => {
  const folder = temporaryFolder();
  const start = { entry: FAULTY, args: [method, String(nth)], policy };
  const { call, wrap, exited, reached, serverPid } = startWrapped(folder, SERVER, start);
  const answers: (JsonObject | undefined)[] = [];
  for (let n = 1; n <= 4; n++) answers.push(await call({ n }));
  const passed = answers.filter(
    (answer) => (answer?.['result'] as JsonObject)?.['isError'] !== true,
  );
  wrap.stdin.end();
  await exited;
  // I1, I2, I4: what reached the server was recorded and charged before.
  expect(reached().length).toBeLessThanOrEqual(2);
  expect(reached().length).toBeLessThanOrEqual(allowed(folder));
  if (method === 'record') expect(reached()).toHaveLength(nth - 1);
  expect(passed.filter((answer) => answer !== undefined).length).toBeLessThanOrEqual(2);
  expect(isAlive(serverPid())).toBe(false);
});

test('G18: a fault outside every call ends the gateway: one line, exit code 2, no server left', async () => {
  const start = { entry: FAULTY, args: ['outcome', '1'], policy };
  const { call, exited, stderr, serverPid } = startWrapped(temporaryFolder(), SERVER, start);
  await call();
  expect(await exited).toBe(2);
  expect(stderr()).toMatch(/^an error inside ended the gateway: injected; .*\n$/);
  expect(isAlive(serverPid())).toBe(false);
});

test('G18: a gateway whose stderr nobody reads any more goes on, and ends with its client', async () => {
  const folder = temporaryFolder();
  const { call, wrap, exited, serverPid } = startWrapped(folder, SERVER, { policy });
  await call({ n: 1 });
  wrap.stderr.destroy();
  // What is too long is dropped with a line on stderr.
  for (let line = 0; line < 3; line++) wrap.stdin.write(`${'x'.repeat(9 * 1024 * 1024)}\n`);
  expect(await call({ n: 2 })).not.toHaveProperty('result.isError', true);
  wrap.stdin.end();
  expect(await exited).toBe(0);
  expect(isAlive(serverPid())).toBe(false);
});

const SLOW = 'function onCall(id) { setTimeout(answer, 400, id); }';
test.for(['the end of its input', 'SIGTERM', 'SIGINT'] as const)(
  'G16: after %s calls in flight are answered, recorded and paired, and the exit code is 0',
  async (how) => {
    const folder = temporaryFolder();
    const { call, wrap, exited, reached, serverPid } = startWrapped(folder, SLOW);
    await call({ n: 0 });
    const inFlight = Promise.all(Array.from({ length: 20 }, (_, n) => call({ n: n + 1 })));
    await vi.waitFor(() => expect(reached()).toHaveLength(21), 30_000);
    if (how === 'the end of its input') wrap.stdin.end();
    else wrap.kill(how);
    const answers = await inFlight;
    expect(answers.filter((answer) => answer?.['result'] !== undefined)).toHaveLength(20);
    expect(await exited).toBe(0);
    expect(isAlive(serverPid())).toBe(false);
    const { chains, problems } = verifyAudit({
      source: { folder: join(folder, 'state') },
      keys: new Map(),
    });
    expect(problems).toEqual([]);
    expect(chains).toMatchObject([{ hasEnded: true, openCalls: 0 }]);
  },
);

test('I6: two clients that share a state never see what the other sent', async () => {
  const folder = temporaryFolder();
  const echo = `function onCall(id, { arguments: { text } }) {
    say({ id, result: { content: [{ type: 'text', text }] } });
  }`;
  const invariants = { canaries: { one: 'canary-of-one', two: 'canary-of-two' } };
  const clients = ['one', 'two'].map((client) =>
    startWrapped(folder, echo, { client, invariants }),
  );
  const calls = [...Array(20).keys()].flatMap((n) =>
    clients.map(({ call }, index) => call({ n, text: `canary-of-${index === 0 ? 'one' : 'two'}` })),
  );
  for (const answer of await Promise.all(calls)) expect(answer).toHaveProperty('result');
});
