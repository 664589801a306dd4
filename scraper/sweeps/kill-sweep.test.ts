import { expect, test } from 'vitest';
import { killSweep } from './kill-sweep.ts';

test('CR26: a crawl killed twenty times at random ends as if it never was, and repeats nothing finished', {
  timeout: 600_000,
}, async () => {
  const seed = Date.now() % 2 ** 32;
  const result = await killSweep({ servers: 80, kills: 20, seed });
  expect({ ...result, seed }).toMatchObject({ repeated: [], different: [], kills: 20 });
});
