import type { Readable, Writable } from 'node:stream';

/** Where things lie as the confined program sees them. */
export type Places = {
  node: string;
  npm: string;
  /** The installed package, or the folder to install into. */
  package: string;
  cache: string;
  home: string;
  /** The working folder, writable and thrown away: `{dir}` in a source. */
  work: string;
  /** Where a relay's socket is seen; absent in a sandbox that has no use for one. */
  relay?: string;
};

/** One program to run confined. */
export type SandboxRun = {
  /** Which of the concurrent places this is: each has a user id of its own, so that limits bind one server. */
  slot: number;
  /** Argument vector and variables; the confined program sees these variables and no others of ours. */
  command: (places: Places) => { argv: string[]; env: Record<string, string> };
  packageDir: string;
  /** Only while installing: the package folder and the cache can be written. */
  installing?: { cacheDir: string; certificates: string[] };
  /** The socket of a relay, seen as {@link Places.relay}: the one way out where the sandbox is {@link Sandbox.isRelayed}. */
  relay?: string;
  /** A container image to run in, for sandboxes that are containers; their own where absent. */
  image?: string;
  /** Programs of this machine that are needed inside, by name: seen as `/opt/tools/NAME`. */
  tools?: Record<string, string>;
  /** Path below the working folder → text. */
  workFiles?: Record<string, string>;
  /** Path below the home folder → text. */
  homeFiles?: Record<string, string>;
  limits: ProcessLimits;
};

export type ProcessLimits = {
  memoryBytes: number;
  processes: number;
  openFiles: number;
  cpuSeconds: number;
  diskBytes: number;
  addressBytes: number;
};

export type Exit = { code: number | null; signal: string | null };

/** A program that runs confined. */
export type ConfinedProcess = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Settles when the program and everything it started are gone. */
  exited: Promise<Exit>;
  /** Ends it and everything it started, at once; settles when they are gone. */
  kill: () => Promise<Exit>;
  /** The limit it was stopped by, in words. */
  exceeded: () => string | undefined;
};

/** A way to run a stranger's program. */
export type Sandbox = {
  id: 'bubblewrap' | 'docker' | 'none' | 'podman' | 'unused';
  version: string;
  /** Whether programs are kept from the network, from the files and from the processes of this machine. */
  isIsolated: boolean;
  /** Whether an installation, too, is kept from the network, and reaches a registry through a relay only. */
  isRelayed: boolean;
  start: (run: SandboxRun) => Promise<ConfinedProcess>;
  /** The user a slot's programs run as; undefined where they run as ourselves. */
  ownerOf: (slot: number) => { uid: number; gid: number } | undefined;
};
