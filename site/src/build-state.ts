import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreProblem } from '@toolwarden/catalogue/store';
import { readJsonLines, readLines, writeLines } from './json-lines.ts';
import type { ServerMarks } from './lib/server-marks.ts';

/** Pages by address, each with a hash of all that it shows. */
export type PageHashes = Record<string, string>;

/**
 * What a build knows of one server. What its processes alone work with is text to the build itself, the bytes of JSON, which it
 * takes from the one that made it, keeps, and gives to the next one that needs it: to read and print all of it took half its time.
 */
export type ServerState = {
  /** The common name of its files, which is its slug. */
  name: string;
  /** Of the files it was read from. */
  digest: string;
  /** Of what its pages say of other servers. */
  around: string;
  problems: StoreProblem[];
  /** Policies that failed our own check. */
  faults: StoreProblem[];
  /** How many pages it has. */
  pageCount: number;
  /** Those by address, each with a hash of all that it shows: a line as `pagesIn` reads it. */
  pages: string;
  /** A `ServerSummary`; missing where its record could not be used. */
  summary: Bytes;
  /** A `SearchRecord`, what is searched of it in full; missing where it is gone. Apart from the summary, as no page shows it. */
  search: Bytes;
  /** A `KnownParts`; missing with the summary. */
  parts: Bytes;
};
/** Empty where there is nothing. */
type Bytes = Buffer;

/** By what the parts of a server are known again when it is next looked at. */
export type KnownParts = {
  marks: ServerMarks | undefined;
  /** By page, a hash of what it is made from: where that is as it was, a page is not even looked at. */
  inputs: PageHashes;
  /** Of what its tools' pages are made from besides each one's tool: where it is as it was, only changed tools are looked at. */
  frame: string;
  /** Of its tools' definitions, in the order of the marks: counting takes longer than all else about them. */
  tokens: number[];
  /** Hashes of its policies that passed our own check, which looks at nothing but their text. */
  passed: string[];
};

/** What was written of a server. */
export type WrittenServer = Omit<KnownParts, 'marks'> & {
  name: string;
  pages: PageHashes;
  faults: StoreProblem[];
};

/** By what a site is told that another build can start from. */
export type StateHead = {
  /** Of the code: with another one every byte may differ. */
  version: string;
  origin: string;
  attacks: string;
  /** Of what was taken down. */
  takedowns: string;
  search: string;
  /** Pages made from the whole catalogue. */
  pages: PageHashes;
};

/** What a build leaves for the next one, so that only what changed is made again. */
export type BuildState = StateHead & { servers: Map<string, ServerState> };

// Both lie in the site's folder, so that they can only ever be read with the site they describe. They begin with a dot: not served.
const FILE = '.build.jsonl';
/** The pages of each server by themselves: enough to tell in what two sites differ. */
const PAGES = '.build-pages.jsonl';

export async function writeState(dir: string, state: BuildState): Promise<void> {
  const { servers, ...head } = state;
  await writeLines(join(dir, FILE), linesOf(head, servers));
  await writeLines(join(dir, PAGES), pageLinesOf(servers));
}

/** Of each server so many lines: one that a build reads, and one for each part that is text to it. */
const LINES_A_SERVER = 4;

function* linesOf(head: StateHead, servers: BuildState['servers']) {
  yield JSON.stringify(head);
  for (const server of servers.values()) {
    const { name, digest, around, problems, faults, pageCount, summary, search, parts } = server;
    yield JSON.stringify({ name, digest, around, problems, faults, pageCount });
    yield summary;
    yield search;
    yield parts;
  }
}

function* pageLinesOf(servers: BuildState['servers']) {
  for (const { name, pages } of servers.values()) yield pages || pageLine(name, {});
}

/** The state of the site in a folder; `undefined` where there is none, it is cut off, or it was made otherwise. */
export async function readState(
  dir: string,
  made?: Pick<StateHead, 'version' | 'origin'>,
): Promise<BuildState | undefined> {
  const servers: BuildState['servers'] = new Map();
  let head: StateHead | undefined;
  try {
    const pages = await readPageLines(dir);
    let group: Buffer[] = [];
    // Our own file, written whole before the site was switched in.
    for await (const line of readLines(join(dir, FILE))) {
      if (head === undefined) {
        head = JSON.parse(line.toString()) as StateHead;
        if (made && (head.version !== made.version || head.origin !== made.origin))
          return undefined;
        continue;
      }
      group.push(line);
      if (group.length < LINES_A_SERVER) continue;
      const server = serverIn(group as ServerLines, pages);
      if (server !== undefined) servers.set(server.name, server);
      group = [];
    }
    if (group.length > 0) return undefined;
  } catch {
    return undefined;
  }
  return head && { ...head, servers };
}

type ServerLines = [server: Buffer, summary: Buffer, search: Buffer, parts: Buffer];

function serverIn(
  [line, summary, search, parts]: ServerLines,
  pages: ReadonlyMap<string, string>,
): ServerState | undefined {
  const server = JSON.parse(line.toString()) as ServerState;
  const pageLine = pages.get(server.name);
  // Where the other file is cut off its pages are not known, which is not to have none: it is made anew.
  return pageLine === undefined
    ? undefined
    : { ...server, pages: pageLine, summary, search, parts };
}

/** What the site in a folder was made by. @throws where there is none. */
export async function readHead(dir: string): Promise<StateHead | undefined> {
  for await (const line of readJsonLines(join(dir, FILE))) return line as StateHead;
  return undefined;
}

/** Tells a site from another one that comes into its folder; the folder itself may be that of the site before the last. */
export async function siteIdentity(dir: string): Promise<string | undefined> {
  const found = await stat(join(dir, FILE)).catch(() => undefined);
  return found && `${found.dev} ${found.ino} ${found.mtimeMs}`;
}

/** The lines about servers' pages by server: those of two sites are compared before any is read. @throws where there are none. */
export async function readPageLines(dir: string): Promise<Map<string, string>> {
  const lines = (await readFile(join(dir, PAGES), 'utf8')).split('\n').slice(0, -1);
  const START = '["'.length;
  return new Map(lines.map((line) => [line.slice(START, line.indexOf('"', START)), line]));
}

/** The line that says the pages of a server. */
export function pageLine(name: string, pages: PageHashes): string {
  return JSON.stringify([name, pages]);
}

/** What such a line says. */
export function pagesIn(line: string | undefined): PageHashes {
  return line ? JSON.parse(line)[1] : {};
}
