import type { ServerFiles, StoreProblem } from '@toolwarden/catalogue/store';
import type { PageHashes, ReadState, StateHead, WrittenServer } from './build-state.ts';
import type { FoundAttacks } from './lib/applicable-attacks.ts';
import type { SearchRecord } from './lib/search-record.ts';
import type { ServerMarks } from './lib/server-marks.ts';

/** What a process of a build is told at its start. */
export type WorkerJob = {
  dataDir: string;
  /** File that gets the attack database as JSON: reading its Markdown takes half a second, once is enough. */
  attacks: string;
  /** File that gets when every server was listed, as pairs of its id and its dates. */
  listings: string;
  /** Folder of the compiled templates. */
  templates: string;
  outDir: string;
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
/** The own pages of servers that were read, which need not wait until all servers are. */
export type BeginRequest = {
  do: 'begin';
  only: 'html' | undefined;
  /** The site whose unchanged files may be taken over. */
  previousDir: string | undefined;
  /** Whether the files of all servers lie there already as the site before has them. */
  isLaid: boolean;
  servers: { files: ServerFiles; before: KnownServer | undefined }[];
};
/** All else of the servers. */
export type WriteRequest = {
  do: 'write';
  /** File with the acts of tools of several servers, one a line. */
  acts: string;
  /** Names of those whose pages are taken over as they are: nothing that they are made from has changed. */
  same: string[];
  /** Those that were begun, by name, each with a digest of what its pages say of other servers. */
  begun: [name: string, around: string][];
  /** Those that were not read again, though others say something else now. */
  servers: {
    files: ServerFiles;
    before: KnownServer | undefined;
    around: string;
    /** The attacks on it. */
    found: FoundAttacks | undefined;
  }[];
};
/** What is made from the whole catalogue: lists with their pages, indexes of names, downloads. */
export type ListRequest = {
  do: 'list';
  /** File with all servers' summaries, one a line. */
  summaries: string;
  only: 'html' | undefined;
  /** The site whose unchanged files may be taken over. */
  previousDir: string | undefined;
  /** These pages as they were. */
  before: PageHashes | undefined;
};
/** Reads the attack database into its file. */
export type AttacksRequest = { do: 'attacks' };
/** Makes the new site's folder of one that nobody needs: see `layServers`. */
export type LayRequest = {
  do: 'lay';
  spare: string;
  from: string;
  head: Pick<StateHead, 'version' | 'origin'>;
  names: [name: string, isRenewed: boolean][];
};
export type WorkerRequest =
  | ReadRequest
  | BeginRequest
  | WriteRequest
  | AttacksRequest
  | LayRequest
  | ListRequest;

/** What a process answers to each. */
export type WorkerAnswers = {
  read: ReadState[];
  begin: null;
  write: WrittenServer[];
  /** `records` are for the search index. */
  attacks: { digest: string; problems: StoreProblem[]; records: SearchRecord[] };
  lay: boolean;
  list: PageHashes;
};
