import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** What several threads did at the same moment in one folder that was new. */
export type Round = { folder: string; answers: unknown[] };

// Threads that spin until all are there: what goes wrong does so within microseconds.
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const started = new Int32Array(workerData.started);
import(workerData.module).then((exported) => {
  const act = eval(workerData.act);
  parentPort.on('message', async ({ folder, round }) => {
    Atomics.add(started, 0, 1);
    while (Atomics.load(started, 0) < round * workerData.count);
    parentPort.postMessage(await act(exported, folder).catch((error) => error.message));
  });
  parentPort.postMessage('ready');
});
`;

/**
 * Lets threads act at once, round after round, each time in another new folder. `act` is the text of an async function of
 * what `module` exports and the folder; where it throws, its answer is the message.
 */
export async function* atOnce(
  module: URL,
  act: string,
  { threads, rounds }: { threads: number; rounds: number },
): AsyncGenerator<Round> {
  const parent = temporaryFolder();
  const started = new SharedArrayBuffer(4);
  const workerData = { started, module: module.href, act, count: threads };
  const workers = Array.from(
    { length: threads },
    () => new Worker(THREAD, { eval: true, workerData }),
  );
  onTestFinished(async () => void (await Promise.all(workers.map((each) => each.terminate()))));
  const said = () =>
    Promise.all(workers.map((each) => new Promise<unknown>((done) => each.once('message', done))));
  await said();
  for (let round = 1; round <= rounds; round++) {
    const folder = join(mkdtempSync(join(parent, 'at-once-')), 'state');
    const answers = said();
    for (const each of workers) each.postMessage({ folder, round });
    yield { folder, answers: await answers };
  }
}
