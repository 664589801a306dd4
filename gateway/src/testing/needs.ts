import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';

const run = promisify(execFile);

const checks = {
  /** A disk of any size that a process has for itself, without being root. */
  bubblewrap: () => run('bwrap', ['--dev-bind', '/', '/', '--tmpfs', '/mnt', 'true']),
};

/** `describe`, skipped by name where this machine lacks what its tests stand on: counted as skipped, never as passed. */
export async function needs(what: keyof typeof checks) {
  const isThere = await checks[what]().then(
    () => true,
    () => false,
  );
  return (name: string, tests: () => void) =>
    isThere ? describe(name, tests) : describe.skip(`${name} (needs ${what})`, tests);
}
