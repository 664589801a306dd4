import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const OPEN = `
const { parentPort, workerData } = require('node:worker_threads');
const started = new Int32Array(workerData.started);
import(workerData.module).then(({ openSqliteState }) => {
  parentPort.on('message', ({ folder, round }) => {
    // All of them at once: SQLite refuses within the microseconds in which two are at it.
    Atomics.add(started, 0, 1);
    while (Atomics.load(started, 0) < round * workerData.count);
    try {
      const state = openSqliteState({ folder });
      state.grants.create({ label: 'one', servers: ['s'], policy: 'p' });
      state.close();
      parentPort.postMessage('made');
    } catch (error) {
      parentPort.postMessage(error.message);
    }
  });
  parentPort.postMessage('ready');
});
`;
const COUNT = 3;
const ROUNDS = 60;

test('P12: gateways that start at once on a folder that is new make one state, and none is refused', async () => {
  const folder = temporaryFolder();
  const started = new SharedArrayBuffer(4);
  const module = new URL('./sqlite-state.ts', import.meta.url).href;
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
    expect(await answers).toEqual(Array(COUNT).fill('made'));
    // Nothing of those that came second is left.
    expect(readdirSync(state).filter((name) => /\.db\.[0-9a-f]/.test(name))).toEqual([]);
  }
});
