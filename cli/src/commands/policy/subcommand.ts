import type { Io } from '../../io.ts';

/** One command under `toolwarden policy`. */
export type Subcommand = {
  name: string;
  summary: string;
  help: string;
  /** Gives the exit code. */
  run: (args: string[], io: Io) => Promise<number>;
};
