import type { ServerFiles } from '@toolwarden/catalogue/store';
import type { PageHashes, ReadState, WrittenServer } from './build-state.ts';
import type { FoundAttacks } from './lib/applicable-attacks.ts';
import type { ServerMarks } from './lib/server-marks.ts';

/** What a process of a build is told at its start. */
export type WorkerJob = {
  dataDir: string;
  /** File with the attack database as JSON: reading its Markdown takes half a second, once is enough. */
  attacks: string;
  /** File with when every server was listed, as pairs of its id and its dates. */
  listings: string;
  /** Folder of the compiled templates. */
  templates: string;
  outDir: string;
  previousDir: string | undefined;
  origin: string;
};

export type ReadRequest = {
  do: 'read';
  servers: {
    files: ServerFiles;
    /** Of an earlier build. */
    marks: ServerMarks | undefined;
    /** What that found, where it looked for the same attacks. */
    found: FoundAttacks | undefined;
  }[];
};
/** What an earlier build wrote of a server, and by what it is known again. */
export type KnownServer = WrittenServer & { marks: ServerMarks | undefined };
export type WriteRequest = {
  do: 'write';
  /** File with the acts of tools of several servers, one a line. */
  acts: string;
  only: 'html' | undefined;
  /** Whether the files of all servers lie there already as the site before has them. */
  isLaid: boolean;
  /** Names of those whose pages are taken over as they are: nothing that they are made from has changed. */
  same: string[];
  servers: {
    files: ServerFiles;
    before: KnownServer | undefined;
    /** A digest of what its pages say of other servers. */
    around: string;
    /** The attacks on a server that was not read again. */
    found: FoundAttacks | undefined;
  }[];
};
/** What is made from the whole catalogue: lists with their pages, indexes of names, downloads. */
export type ListRequest = {
  do: 'list';
  /** File with all servers' summaries, one a line. */
  summaries: string;
  only: 'html' | undefined;
  /** These pages as they were. */
  before: PageHashes | undefined;
};
export type WorkerRequest = ReadRequest | WriteRequest | ListRequest;

/** What a process answers to each. */
export type WorkerAnswers = { read: ReadState[]; write: WrittenServer[]; list: PageHashes };
