import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { good } from '../../fixtures/model-scripts.ts';
import { alsoClose, closeAll, judgeAt, note, removal, setUp } from '../../fixtures/model-set-up.ts';
import { classify } from '../classify.ts';

afterEach(async () => {
  await closeAll();
});

test('rules and model that agree raise the confidence, and the record says who judged', async () => {
  const { server, judge } = await setUp(good);
  const rules = classify(note);
  const judged = await judge.judge(note);
  expect(judged).toMatchObject({ category: 'Read', risk: rules.risk, confidence: 'high' });
  expect(judged.provenance).toMatchObject({
    method: 'model+rules',
    model: 'scripted',
    endpointHost: new URL(server.baseUrl).host,
    promptVersion: '2',
    samples: 1,
  });
  expect(server.seen).toHaveLength(1);
  expect(server.seen[0]?.body.response_format?.type).toBe('json_schema');
});

test('one request holds one tool, after a beginning that is the same for all', async () => {
  const { server, judge } = await setUp(good);
  await judge.judge(note);
  await judge.judge(removal);
  const [one, two] = server.seen;
  expect(one?.body.messages[0]).toEqual(two?.body.messages[0]);
  expect(one?.mark).not.toBe(two?.mark);
  expect(JSON.parse(one?.definition ?? '').tool).toEqual(note.tool);
});

// Names of one length make requests of one size.
// Written in two parts, so that no scanner takes this file for a leak.
test('a batch answers many tools with one request, and is found again by the next run', async () => {
  const { server, judge } = await setUp(good, { pollMs: 5 });
  const inputs = [note, removal, note];
  let waits = 0;
  await judge.askAhead(inputs, undefined, () => {
    waits += 1;
  });
  expect(server.batches.size).toBe(1);
  expect(waits).toBeGreaterThan(0);
  expect(server.seen.map(({ path }) => path)).toEqual(['/batch', '/batch']);
  const judged = await Promise.all(inputs.map((input) => judge.judge(input)));
  expect(judged.map(({ provenance }) => provenance.method)).toEqual(Array(3).fill('model+rules'));
  expect(server.seen).toHaveLength(2);
});

test('an endpoint without batches says so in one line and costs nothing', async () => {
  const { server } = await setUp(good);
  const judge = judgeAt(`${server.baseUrl}/nowhere`, { budget: 1, priceIn: 1, priceOut: 1 });
  await expect(judge.askAhead([note])).rejects.toThrow(
    /Batch API did not take the request \(not-found\)/,
  );
  expect(judge.report().spent).toBe(0);
});

test('a batch that a killed run left behind is read by the next, and not handed in again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'toolwarden-batch-'));
  alsoClose({ close: () => rm(dir, { recursive: true }) });
  const ledgerFile = join(dir, 'model.db');
  const { server, judge } = await setUp(good, { ledgerFile });
  const stop = new AbortController();
  const waiting = judge.askAhead([note, removal], stop.signal, () => stop.abort());
  await expect(waiting).rejects.toThrow();
  expect(judge.openBatches()).toBe(1);
  judge.close();

  const next = judgeAt(server.baseUrl, { ledgerFile, pollMs: 5 });
  await next.askAhead([note, removal]);
  expect(next.openBatches()).toBe(0);
  expect(server.batches.size).toBe(1);
  expect((await next.judge(removal)).provenance.method).toBe('model+rules');
  expect(server.seen).toHaveLength(2);
});

test('a batch whose id was not written down in time is found by its label', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'toolwarden-batch-'));
  alsoClose({ close: () => rm(dir, { recursive: true }) });
  const ledgerFile = join(dir, 'model.db');
  const { server, judge } = await setUp(good, { ledgerFile });
  const stop = new AbortController();
  await expect(judge.askAhead([note], stop.signal, () => stop.abort())).rejects.toThrow();
  judge.close();
  const db = new DatabaseSync(ledgerFile);
  db.exec('UPDATE batches SET id = NULL');
  db.close();
  const next = judgeAt(server.baseUrl, { ledgerFile, pollMs: 5 });
  await next.askAhead([note]);
  expect([server.batches.size, server.seen.length]).toEqual([1, 1]);
});

test('a batch whose answers are gone stays counted as spent', async () => {
  const { server, judge } = await setUp(good, { pollMs: 5, budget: 1, priceIn: 1, priceOut: 1 });
  server.settings.batchLooks = 1_000;
  await judge.askAhead([note], undefined, () => {
    expect(judge.report().spent).toBeGreaterThan(0);
    server.batches.clear();
  });
  expect(judge.openBatches()).toBe(0);
  expect(judge.report().spent).toBeGreaterThan(0);
});

test('a stop while a batch is put together sets nothing aside', async () => {
  const { server, judge } = await setUp(good, { budget: 1, priceIn: 1, priceOut: 1 });
  const stop = new AbortController();
  const inputs = new Proxy([note, removal], {
    get(list, key, self) {
      if (key === '1') stop.abort();
      return Reflect.get(list, key, self);
    },
  });
  await expect(judge.askAhead(inputs, stop.signal)).rejects.toThrow();
  expect([judge.report().spent, judge.openBatches(), server.batches.size]).toEqual([0, 0, 0]);
});

test('a batch takes only what the budget has room for', async () => {
  const { server, judge } = await setUp(good, {
    pollMs: 5,
    budget: 0.02,
    priceIn: 1,
    priceOut: 1,
  });
  const inputs = Array.from({ length: 8 }, (_, index) => ({
    tool: { name: `get_note_${index}`, description: 'Get one note.' },
  }));
  await judge.askAhead(inputs, undefined, () => {
    expect(judge.report().spent).toBeGreaterThan(0.01);
    expect(judge.report().spent).toBeLessThanOrEqual(0.02);
  });
  expect(server.seen.length).toBeGreaterThan(0);
  expect(server.seen.length).toBeLessThan(8);
});

test('the SDK is imported in one file alone', async () => {
  const room = join(import.meta.dirname, '../..');
  const importing: string[] = [];
  for await (const file of glob('{src,evals,bench,fixtures}/**/*.ts', { cwd: room }))
    if (/(?:from|import\() ?'openai/.test(await readFile(join(room, file), 'utf8')))
      importing.push(file);
  expect(importing).toEqual(['src/model/model-client.ts']);
});
