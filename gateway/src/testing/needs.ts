import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, test } from 'vitest';

const run = promisify(execFile);

const checks = {
  /** A disk of any size that a process has for itself, without being root. */
  bubblewrap: () => run('bwrap', ['--dev-bind', '/', '/', '--tmpfs', '/mnt', 'true']),
  'redis-server': () => run('redis-server', ['--version']),
  faketime: () => run('faketime', ['--version']),
  openssl: () => run('openssl', ['version']),
};

/** `describe`, skipped by name where this machine lacks what its tests stand on: counted as skipped, never as passed. */
export async function needs(what: keyof typeof checks) {
  const isThere = await isHere(what);
  return (name: string, tests: () => void) =>
    isThere ? describe(name, tests) : describe.skip(`${name} (needs ${what})`, tests);
}

/** `test`, for a file all of whose tests need something: skipped in the same way. */
export async function testNeeding(what: keyof typeof checks) {
  return test.skipIf(!(await isHere(what)));
}

function isHere(what: keyof typeof checks): Promise<boolean> {
  return checks[what]().then(
    () => true,
    () => false,
  );
}
