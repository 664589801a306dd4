import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from './command.ts';
import type { Io } from './io.ts';

/** A path a person typed, relative to where they typed it. */
export function resolvePath({ cwd }: Pick<Io, 'cwd'>, path: string): string {
  return resolve(cwd, path);
}

/** The data folder a command reads from. A mistyped one must not pass for an empty catalogue. */
export function existingData(io: Pick<Io, 'cwd'>, option: string | undefined): string {
  const path = resolvePath(io, option ?? 'data');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CliError(
      'input',
      `${path}: no such data folder; name one with --data, or make one with toolwarden crawl`,
    );
  }
  return path;
}
