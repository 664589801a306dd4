// Crawls imagined servers on a disk that fills up, at every amount of room from none to enough, frees it and crawls
// again. Runs inside a sandbox whose only argument is a small disk of its own; prints one JSON line.
import { cp, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { crawl } from '../src/crawl.ts';
import { lockStore } from '../src/lock.ts';
import { contentsOf } from './contents-of.ts';
import { fakeRecord, fakeSources, type Generation, noServers } from './fake-servers.ts';

const SERVERS = 20;
/** Small steps where the first files are written, then larger ones. */
const stepAt = (room: number) => (room < 128 * 1024 ? 12 * 1024 : 96 * 1024);

const [disk = ''] = process.argv.slice(2);
const [seeded, whole, data, ballast] = ['seeded', 'whole', 'data', 'ballast'].map((name) =>
  join(disk, name),
) as [string, string, string, string];

await crawlIn(seeded, 'first');
await crawlIn(seeded, 'between');
await cp(seeded, whole, { recursive: true });
await crawlIn(whole, 'second');
const expected = await contentsOf(whole);

const faults = new Map<string, number>();
const different: string[] = [];
let points = 0;
for (let room = 0; ; room += stepAt(room)) {
  await rm(data, { recursive: true, force: true, maxRetries: 20 });
  await cp(seeded, data, { recursive: true });
  await fillBut(room);
  const fault = await crawlIn(data, 'second').then(
    () => undefined,
    (error: Error & { code?: string }) => `${error.name} ${error.code ?? ''}`.trim(),
  );
  // Whatever could not be written, what stands there can be read.
  const { items, problems } = await openStore(data).readServers();
  if (problems.length > 0 || items.length < fakeSources(SERVERS, 'first').length)
    different.push(`${room}: the store is harmed: ${JSON.stringify(problems)}`);
  await rm(ballast, { force: true });
  if (fault === undefined) break;
  points++;
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
  await crawlIn(data, 'second');
  const found = await contentsOf(data);
  for (const file of new Set([...expected.keys(), ...found.keys()]))
    if (expected.get(file) !== found.get(file)) different.push(`${room}: ${file}`);
}
process.stdout.write(
  `${JSON.stringify({ points, faults: Object.fromEntries(faults), different })}\n`,
);

async function crawlIn(dir: string, generation: Generation): Promise<void> {
  const lock = await lockStore(dir);
  try {
    await crawl({
      store: openStore(dir),
      sandbox: noServers,
      targets: fakeSources(SERVERS, generation),
      listServer: async ({ id }) => fakeRecord(id, generation),
    });
  } finally {
    await lock.release();
  }
}

async function fillBut(room: number): Promise<void> {
  await mkdir(disk, { recursive: true });
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - room), 1));
}
