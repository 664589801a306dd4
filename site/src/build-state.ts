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
  /** The same for what its tools' pages are made from: where that is as it was, a page is not even looked at. */
  inputs: PageHashes;
  /** Of its tools' definitions, in the order of the marks: counting takes longer than all else about them. */
  tokens: number[];
  /** Hashes of its policies that passed our own check, which looks at nothing but their text. */
  passed: string[];
};

/** What was written of a server. */
export type WrittenServer = Pick<ServerState, 'name' | MadeByWriting>;
type MadeByWriting = 'pages' | 'inputs' | 'faults' | 'tokens' | 'passed';

/** A server that was read, before its pages are looked at. */
export type ReadState = Omit<ServerState, 'around' | Exclude<MadeByWriting, 'faults'>>;

/** What a build leaves for the next one, so that only what changed is made again. */
export type BuildState = {
  /** Of the code: with another one every byte may differ. */
  version: string;
  origin: string;
  attacks: string;
  search: string;
  /** Pages made from the whole catalogue. */
  pages: PageHashes;
  servers: Map<string, ServerState>;
};

/** Lies in the site's folder, so that it can only ever be read with the site it describes. Begins with a dot: not served. */
const FILE = '.build.jsonl';

export async function writeState(dir: string, state: BuildState): Promise<void> {
  const { servers, ...head } = state;
  await writeJsonLines(join(dir, FILE), linesOf(head, servers));
}

function* linesOf(head: Omit<BuildState, 'servers'>, servers: BuildState['servers']) {
  yield head;
  yield* servers.values();
}

/** The state of the site in a folder; `undefined` where there is none, or it is cut off. */
export async function readState(dir: string): Promise<BuildState | undefined> {
  const servers = new Map<string, ServerState>();
  let head: Omit<BuildState, 'servers'> | undefined;
  try {
    // Our own file, written whole before the site was switched in.
    for await (const line of readJsonLines(join(dir, FILE))) {
      if (head === undefined) head = line as Omit<BuildState, 'servers'>;
      else {
        const server = line as ServerState;
        servers.set(server.name, server);
      }
    }
  } catch {
    return undefined;
  }
  return head && { ...head, servers };
}
