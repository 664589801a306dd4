import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreProblem } from '@toolwarden/catalogue/store';
import { readJsonLines, writeJsonLines } from './json-lines.ts';
import type { SearchRecord } from './lib/search-record.ts';
import type { ServerMarks } from './lib/server-marks.ts';
import type { ServerSummary } from './lib/server-summary.ts';

/** Pages by address, each with a hash of all that it shows. */
export type PageHashes = Record<string, string>;

/** What a build knows of one server. */
export type ServerState = {
  /** The common name of its files, which is its slug. */
  name: string;
  /** Of the files it was read from. */
  digest: string;
  /** Of what its pages say of other servers. */
  around: string;
  /** Missing where its record could not be used. */
  summary?: ServerSummary;
  /** Missing with the summary. */
  marks?: ServerMarks;
  /** What is searched of it in full; apart from the summary, as no page shows it. */
  search?: SearchRecord;
  problems: StoreProblem[];
  /** Policies that failed our own check. */
  faults: StoreProblem[];
  pages: PageHashes;
  /** The same for what its pages are made from: where that is as it was, a page is not even looked at. */
  inputs: PageHashes;
  /** Of what its tools' pages are made from besides each one's tool: where it is as it was, only changed tools are looked at. */
  frame: string;
  /** Of its tools' definitions, in the order of the marks: counting takes longer than all else about them. */
  tokens: number[];
  /** Hashes of its policies that passed our own check, which looks at nothing but their text. */
  passed: string[];
};

/** What was written of a server. */
export type WrittenServer = Pick<ServerState, 'name' | MadeByWriting>;
type MadeByWriting = 'pages' | 'inputs' | 'frame' | 'faults' | 'tokens' | 'passed';

/** A server that was read, before its pages are looked at. */
export type ReadState = Omit<ServerState, 'around' | Exclude<MadeByWriting, 'faults'>>;

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
  await writeJsonLines(join(dir, FILE), linesOf(head, servers));
  await writeJsonLines(join(dir, PAGES), pageLinesOf(servers));
}

function* linesOf(head: StateHead, servers: BuildState['servers']) {
  yield head;
  for (const { pages: _, ...server } of servers.values()) yield server;
}

function* pageLinesOf(servers: BuildState['servers']) {
  for (const { name, pages } of servers.values()) yield [name, pages];
}

/** The state of the site in a folder; `undefined` where there is none, it is cut off, or it was made otherwise. */
export async function readState(
  dir: string,
  made?: Pick<StateHead, 'version' | 'origin'>,
): Promise<BuildState | undefined> {
  const servers = new Map<string, ServerState>();
  let head: StateHead | undefined;
  try {
    const pages = await readPageLines(dir);
    // Our own file, written whole before the site was switched in.
    for await (const line of readJsonLines(join(dir, FILE))) {
      if (head === undefined) {
        head = line as StateHead;
        if (made && (head.version !== made.version || head.origin !== made.origin))
          return undefined;
      } else {
        const server = line as Omit<ServerState, 'pages'>;
        const pageLine = pages.get(server.name);
        // Where the other file is cut off its pages are not known, which is not to have none: it is made anew.
        if (pageLine !== undefined)
          servers.set(server.name, { ...server, pages: pagesIn(pageLine) });
      }
    }
  } catch {
    return undefined;
  }
  return head && { ...head, servers };
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

/** What such a line says. */
export function pagesIn(line: string | undefined): PageHashes {
  return line === undefined ? {} : JSON.parse(line)[1];
}
