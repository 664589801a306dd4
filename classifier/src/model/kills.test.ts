import { expect, test } from 'vitest';
import { killedRun } from '../../fixtures/kill-sweep.ts';

test('CL8: killed ten times on the way, no tool is lost and no answer is paid for beyond the kills', {
  timeout: 300_000,
}, async () => {
  const run = await killedRun({ tools: 30, concurrency: 1, mostKills: 10 });
  expect(run.kills).toBeGreaterThan(0);
  expect(run.paid).toBeLessThanOrEqual(run.items + run.kills);
  expect(run.mostForOne).toBeLessThanOrEqual(2);
  expect(run).toMatchObject({ wrong: 0 });
  expect(run.byModel + run.byRules).toBe(run.items);
});
