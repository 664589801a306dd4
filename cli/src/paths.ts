import { resolve } from 'node:path';
import type { Io } from './io.ts';

/** A path a person typed, relative to where they typed it. */
export function resolvePath({ cwd }: Pick<Io, 'cwd'>, path: string): string {
  return resolve(cwd, path);
}
