import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const KINDS = ['container', 'crawl', 'home', 'probe', 'relay', 'runtime'] as const;

/** The start of a temporary folder's path; the process in it tells a later crawler whether somebody still uses it. */
export function temporaryPrefix(kind: (typeof KINDS)[number]): string {
  return join(tmpdir(), `toolwarden-${kind}-${process.pid}-`);
}

const FOLDER = new RegExp(`^toolwarden-(?:${KINDS.join('|')})-(\\d+)-`);
/** Drafts of records, and of the lock. */
const DRAFT = /^(?:.*\.(\d+)\.tmp|\.crawl\.lock\.(\d+)\..*)$/;
/** A data folder may be shared with another machine, whose processes we cannot see: its drafts are younger. */
const DRAFT_AGE_MS = 60_000;

/** Removes what crawlers left that were killed: their installations take hundreds of megabytes. */
export async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (isOfDead(FOLDER.exec(name)?.[1])) await remove(join(tmpdir(), name));
  }
  for (const path of await readdir(dataDir, { recursive: true }).catch(() => [])) {
    const [, record, lock] = DRAFT.exec(basename(path)) ?? [];
    const file = join(dataDir, path);
    if (isOfDead(record ?? lock) && (await isOld(file))) await remove(file);
  }
}

async function remove(path: string): Promise<void> {
  // Another user's is not ours to remove, and stands in nobody's way.
  await rm(path, { recursive: true, force: true }).catch(() => {});
}

async function isOld(file: string): Promise<boolean> {
  const made = await stat(file).catch(() => undefined);
  return made?.isFile() === true && Date.now() - made.mtimeMs > DRAFT_AGE_MS;
}

function isOfDead(pid: string | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
}
