import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isJsonObject, own } from '@toolwarden/catalogue';
import { unwritable } from '@toolwarden/catalogue/store';
import { ScraperError } from './scraper-error.ts';

const ATTEMPTS = 5;

type Owner = { pid: number; started: string; host: string };

/**
 * Takes a data folder for one crawler. A second one is refused while the first lives; the lock of a dead one is taken
 * over.
 */
export async function lockStore(dir: string): Promise<{ release(): Promise<void> }> {
  const file = join(dir, '.crawl.lock');
  const me: Owner = { pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() };
  const text = JSON.stringify({ ...me, nonce: crypto.randomUUID() });
  const draft = `${file}.${process.pid}.${crypto.randomUUID()}`;
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(draft, text);
  } catch (error) {
    throw unwritable(dir, error);
  }
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A link either makes the name or fails, with the whole text in it: nobody reads half a lock.
      if (await succeeds(link(draft, file))) return { release: () => release(file, text) };
      const held = await readFile(file, 'utf8').catch(() => undefined);
      if (held === undefined) continue;
      const owner = readOwner(held);
      if (owner && isAlive(owner)) {
        throw new ScraperError(
          'locked',
          `${dir} is being crawled by process ${owner.pid} on ${owner.host}; wait for it to end, or use another data folder.`,
        );
      }
      await removeStale(file, held);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new ScraperError('locked', `${dir} is locked and the lock keeps changing; try again.`);
}

async function release(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text)
    await rm(file, { force: true });
}

/** Moves a dead crawler's lock away; if another took over in between, puts that one back. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}.${crypto.randomUUID()}`;
  if (!(await succeeds(rename(file, aside)))) return;
  if ((await readFile(aside, 'utf8')) !== stale) await succeeds(link(aside, file));
  await rm(aside, { force: true });
}

function readOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const [pid, started, host] = [own(value, 'pid'), own(value, 'started'), own(value, 'host')];
    return isJsonObject(value) &&
      typeof pid === 'number' &&
      typeof started === 'string' &&
      typeof host === 'string'
      ? { pid, started, host }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started, host }: Owner): boolean {
  // Of another machine's processes we know nothing, so they count as alive.
  if (host !== hostname()) return true;
  const now = startOf(pid);
  if (now !== undefined) return started === '' || now === started;
  try {
    process.kill(pid, 0);
    return started === '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && started === '';
  }
}

/** When a process started, in ticks since boot: tells it from a later process with the same number. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
