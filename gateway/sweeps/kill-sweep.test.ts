import { rmSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { checkRun } from './check-run.ts';
import { killRound, makeRunFolder } from './kill-sweep.ts';
import { startWrapClient } from './wrap-client.ts';

const sound = { overLimit: 0, unaudited: 0, broken: [], unpaired: 0, auditProblems: 0 };

test('P13, U2: twenty gateways killed under load: never a call over the limit, unrecorded or without an outcome', async () => {
  let recovered = 0;
  // Two at a time, because a round mostly waits for processes to start.
  for (let seed = 1; seed <= 20; seed += 2) {
    for (const check of await Promise.all([killRound(seed), killRound(seed + 1)])) {
      expect(check).toMatchObject({ ...sound, reached: 300 - check.lost });
      recovered += check.recovered;
    }
  }
  // Else nothing was under way when they were killed, and nothing was tested.
  expect(recovered).toBeGreaterThan(0);
}, 1_200_000);

test('P12: 64 calls at once over four gateways that share a state: exactly as many pass as the limit says', async () => {
  const folder = makeRunFolder(100);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  const clients = ['a', 'b', 'c', 'd'].map((name) =>
    startWrapClient({ folder, name, atOnce: 16, most: 2500, isPatient: true }),
  );
  await Promise.all(clients.map(({ done }) => done));
  await Promise.all(clients.map((client) => client.leave()));
  const answers = clients.map(({ answers }) => answers);
  expect(answers.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(100);
  expect(answers.reduce((sum, { refused }) => sum + refused, 0)).toBe(9900);
  expect(checkRun(folder, 100)).toMatchObject({ ...sound, reached: 100, lost: 0, recovered: 0 });
}, 300_000);
