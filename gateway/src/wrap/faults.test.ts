// G18: wherever something inside fails, that call is refused or the gateway ends; it never goes on in an unknown state.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
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
