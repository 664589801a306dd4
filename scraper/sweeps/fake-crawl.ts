// Crawls imagined servers into a data folder: the process that the kill sweep kills. Each start and each result of a
// server is a line in the log, so that a repetition shows.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@toolwarden/catalogue/store';
import { crawl } from '../src/crawl.ts';
import { lockStore } from '../src/lock.ts';
import { fakeRecord, fakeSources, type Generation, noServers } from './fake-servers.ts';

const [dir = '', count = '', generation = '', log = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
const lock = await lockStore(dir);
const say = (word: string, id: string) => appendFileSync(log, `${word} ${id}\n`);
await crawl({
  store: openStore(dir),
  sandbox: noServers,
  targets: fakeSources(Number(count), generation as Generation),
  concurrency: 8,
  listServer: async ({ id }) => {
    await sleep(Math.random() * 4);
    return fakeRecord(id, generation as Generation);
  },
  onStart: (id) => say('start', id),
  onResult: ({ server }) => say('done', server),
});
await lock.release();
