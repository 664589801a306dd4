import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atOnce } from '../../testing/at-once.ts';

// A store in Redis that was made by another gateway already.
const OPEN = `async ({ openEpoch }, folder) => {
  const send = async (command, key, field) => ({ epoch: 'the epoch' })[command === 'HGET' ? field : ''] ?? null;
  return openEpoch({ shown: 'Redis', send }, folder);
}`;

test('gateways of one folder that start at once agree on the Redis they belong to, and none reads half its name', async () => {
  const module = new URL('./redis-epoch.ts', import.meta.url);
  let rounds = 0;
  for await (const { folder, answers } of atOnce(module, OPEN, { threads: 3, rounds: 150 })) {
    expect(answers).toEqual(['the epoch', 'the epoch', 'the epoch']);
    expect(readdirSync(folder)).toEqual(['redis.json']);
    rounds++;
  }
  expect(rounds).toBe(150);
});
