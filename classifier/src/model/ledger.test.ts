import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonDigest } from '@toolwarden/catalogue';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ending, first, good, goodAnswer, obedient, reset } from '../../fixtures/model-scripts.ts';
import { closeAll, judgeAt, note, removal, setUp } from '../../fixtures/model-set-up.ts';
import type { ClassifierInput } from '../classify.ts';
import { openLedger } from './ledger.ts';

afterEach(async () => {
  await closeAll();
});

test('CL7: sixteen workers share one ledger, and no call goes beyond the cap, wherever it lies', async () => {
  const worst = await worstCostOfOne();
  for (const calls of [...Array(20).keys(), 30, 40]) {
    const budget = (worst * calls) / 1e6 + 0.000_000_5;
    const { server, judge } = await setUp(good, {
      concurrency: 16,
      budget,
      priceIn: 2,
      priceOut: 8,
    });
    // What is used is the most that was set aside: the endpoint charges the worst case each time.
    server.useTokens(Math.floor((worst - 16_000) / 2), 2_000);
    const inputs = [...Array(30).keys()].map(
      (index): ClassifierInput => ({ tool: toolNamed(index) }),
    );
    const judged = await Promise.all(inputs.map((input) => judge.judge(input)));
    const { spent } = judge.report();
    expect(spent).toBeLessThanOrEqual(budget);
    expect(server.seen).toHaveLength(Math.min(30, calls));
    expect(judged.filter(({ review }) => review.includes('model-unavailable'))).toHaveLength(
      30 - Math.min(30, calls),
    );
  }
});

const toolNamed = (index: number) => ({ name: `get_note_${String(index).padStart(3, '0')}` });
async function worstCostOfOne(): Promise<number> {
  const { judge } = await setUp(ending('stop', { content: '' }), { priceIn: 2, priceOut: 8 });
  const broken = await setUp(reset, { priceIn: 2, priceOut: 8 });
  await broken.judge.judge({ tool: toolNamed(0) });
  judge.report();
  // A reset may have been paid for: two tries were set aside in full.
  return (broken.judge.report().spent * 1e6) / 2;
}

test('CL7: less is charged where less was used, and the worst where the endpoint does not say', async () => {
  const { server, judge } = await setUp(good, { budget: 1, priceIn: 2, priceOut: 8 });
  server.useTokens(100, 10);
  await judge.judge(note);
  expect(judge.report().spent).toBeCloseTo((100 * 2 + 10 * 8) / 1e6, 9);
  const silent = await setUp(
    (request) => ({
      choices: [
        { finish_reason: 'stop', message: { content: JSON.stringify(goodAnswer(request)) } },
      ],
      usage: { prompt_tokens: -5, completion_tokens: 'none' },
    }),
    { budget: 1, priceIn: 2, priceOut: 8 },
  );
  await silent.judge.judge(note);
  expect(silent.judge.report().spent).toBeGreaterThan(0.016);
});

test('CL7: a budget without prices is refused in one line', () => {
  expect(() => judgeAt('http://127.0.0.1:9', { budget: 1 })).toThrow(/--price-in and --price-out/);
  expect(() => judgeAt('http://127.0.0.1:9', { priceIn: 1 })).toThrow(/belong together/);
});

test('CL9: the same question is not asked again, and another answer changes nothing', async () => {
  const { server, judge } = await setUp(first(1, good, obedient));
  const before = await judge.judge(removal);
  expect(await judge.judge(removal)).toEqual(before);
  expect(server.seen).toHaveLength(1);
});

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-ledger-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const question = { key: jsonDigest('a'), sample: 1 };

test('CL7: what an earlier run spent counts against the cap of the next', () => {
  const file = join(dir, 'model.db');
  const first = openLedger(file, { budget: 100 });
  const reserved = first.reserve(question, 80);
  if (reserved.ok) first.settle(reserved.call, 60, { ...question, outcome: 'refused' });
  first.close();
  const next = openLedger(file, { budget: 100 });
  expect(next.spent()).toBe(60);
  expect(next.reserve({ ...question, sample: 2 }, 41)).toEqual({ ok: false, why: 'over-budget' });
  expect(next.reserve({ ...question, sample: 2 }, 40).ok).toBe(true);
  expect(next.find(question)).toEqual({ outcome: 'refused' });
  next.close();
});

test('CL8: a call that its process did not live to settle stays spent, and is made at most once more', () => {
  const file = join(dir, 'model.db');
  for (const [spent, ok] of [
    [0, true],
    [10, true],
    [20, false],
  ] as const) {
    const ledger = openLedger(file);
    expect(ledger.spent()).toBe(spent);
    expect(ledger.reserve(question, 10).ok).toBe(ok);
    ledger.close();
  }
});

test('CL8: a ledger belongs to one process at a time', () => {
  const file = join(dir, 'model.db');
  const ledger = openLedger(file);
  const program = `import { DatabaseSync } from 'node:sqlite'; new DatabaseSync(${JSON.stringify(file)}).exec('BEGIN IMMEDIATE');`;
  const other = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
  expect(String(other.stderr)).toMatch(/locked/);
  ledger.close();
});

test('a file that is no ledger is refused in one line', async () => {
  const file = join(dir, 'model.db');
  await writeFile(file, 'not a database, and long enough to be told from an empty one'.repeat(20));
  expect(() => openLedger(file)).toThrow(
    /the ledger of model answers cannot be used .*move it away/,
  );
});
