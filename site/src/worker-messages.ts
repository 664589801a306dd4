import type { ServerFiles, StoreProblem } from '@toolwarden/catalogue/store';
import type { PageHashes, StateHead } from './build-state.ts';
import type { SearchRecord } from './lib/search-record.ts';

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

/** What an earlier build knew of a server, as texts that the build itself does not read: see `ServerState`. */
export type KnownTexts = {
  pages: string;
  faults: StoreProblem[];
  summary: string;
  parts: string;
};
export type ReadRequest = {
  do: 'read';
  /** Whether the attacks are those that an earlier build looked for. */
  isSameAttacks: boolean;
  servers: { files: ServerFiles; before: KnownTexts | undefined }[];
};
/** The own pages of servers that were read, which need not wait until all servers are. */
export type BeginRequest = {
  do: 'begin';
  only: 'html' | undefined;
  /** The site whose unchanged files may be taken over. */
  previousDir: string | undefined;
  /** Whether the files of all servers lie there already as the site before has them. */
  isLaid: boolean;
  servers: ServerFiles[];
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
  servers: { files: ServerFiles; before: KnownTexts | undefined; around: string }[];
};
/** Puts all servers together. */
export type GatherRequest = {
  do: 'gather';
  /** File with all servers' summaries, one a line. */
  summaries: string;
  /** File that gets the acts of tools of several servers. */
  acts: string;
};
/** What is made from the whole catalogue: lists with their pages, indexes of names, downloads. */
export type ListRequest = {
  do: 'list';
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
  | GatherRequest
  | ListRequest;

/** A server that was read; texts as in `ServerState`. */
export type ReadPart = {
  name: string;
  digest: string;
  problems: StoreProblem[];
  summary: string;
  search: string;
};
/** A server that was written. */
export type WrittenPart = {
  name: string;
  faults: StoreProblem[];
  pageCount: number;
  pages: string;
  parts: string;
};
/** What a process says one by one, as soon as it is there, before it answers. */
export type WorkerParts = { read: ReadPart; write: WrittenPart };

/** What a process answers to each. */
export type WorkerAnswers = {
  read: null;
  begin: null;
  write: null;
  /** `records` are for the search index. */
  attacks: { digest: string; problems: StoreProblem[]; records: SearchRecord[] };
  lay: boolean;
  /** `around` is a digest of what the pages of each server say of others. */
  gather: { tools: number; servers: number; around: [name: string, digest: string][] };
  list: PageHashes;
};
