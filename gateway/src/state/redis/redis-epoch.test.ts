import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const OPEN = `
const { parentPort, workerData } = require('node:worker_threads');
const started = new Int32Array(workerData.started);
// A store in Redis that was made by another gateway already.
const send = async (command, key, field) => ({ epoch: 'the epoch' })[command === 'HGET' ? field : ''] ?? null;
import(workerData.module).then(({ openEpoch }) => {
  parentPort.on('message', async ({ folder, round }) => {
    Atomics.add(started, 0, 1);
    while (Atomics.load(started, 0) < round * workerData.count);
    parentPort.postMessage(await openEpoch({ shown: 'Redis', send }, folder).catch((error) => error.message));
  });
  parentPort.postMessage('ready');
});
`;
const COUNT = 3;
const ROUNDS = 150;

test('gateways of one folder that start at once agree on the Redis they belong to, and none reads half its name', async () => {
  const folder = temporaryFolder();
  const started = new SharedArrayBuffer(4);
  const module = new URL('./redis-epoch.ts', import.meta.url).href;
  const workerData = { started, module, count: COUNT };
  const workers = Array.from({ length: COUNT }, () => new Worker(OPEN, { eval: true, workerData }));
  onTestFinished(async () => void (await Promise.all(workers.map((each) => each.terminate()))));
  const said = () =>
    Promise.all(workers.map((each) => new Promise<unknown>((done) => each.once('message', done))));
  await said();
  for (let round = 1; round <= ROUNDS; round++) {
    const state = join(mkdtempSync(join(folder, 'at-once-')), 'state');
    const answers = said();
    for (const each of workers) each.postMessage({ folder: state, round });
    expect(await answers).toEqual(Array(COUNT).fill('the epoch'));
    expect(readdirSync(state)).toEqual(['redis.json']);
  }
});
