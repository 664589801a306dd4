import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atOnce } from '../testing/at-once.ts';

const OPEN = `async ({ openSqliteState }, folder) => {
  const state = openSqliteState({ folder });
  state.grants.create({ label: 'one', servers: ['s'], policy: 'p' });
  state.close();
  return 'made';
}`;

test('P12: gateways that start at once on a folder that is new make one state, and none is refused', async () => {
  const module = new URL('./sqlite-state.ts', import.meta.url);
  let rounds = 0;
  for await (const { folder, answers } of atOnce(module, OPEN, { threads: 3, rounds: 60 })) {
    expect(answers).toEqual(['made', 'made', 'made']);
    // Nothing of those that came second is left.
    expect(readdirSync(folder).filter((name) => /\.db\.[0-9a-f]/.test(name))).toEqual([]);
    rounds++;
  }
  expect(rounds).toBe(60);
});
