import { readFileSync } from 'node:fs';

/** How many servers one crawler runs at once, at most: each has a user id of its own. */
export const MAX_SLOTS = 16;

// Between the ids Debian gives to people and those systemd gives to services. Spread by process id, so that
// two crawlers on one machine do not share a process limit.
const FIRST = 40_000;
const GROUPS = 1_000;

/**
 * A user id that is nobody's, for one slot. Undefined unless we are root: process limits never bind root, and
 * root should not run strangers' code even in a sandbox.
 */
export function identityOf(slot: number): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const taken = knownIds();
  let id = FIRST + (process.pid % GROUPS) * MAX_SLOTS + slot;
  while (taken.has(id)) id += GROUPS * MAX_SLOTS;
  return { uid: id, gid: id };
}

function knownIds(): Set<number> {
  const lines = ['/etc/passwd', '/etc/group'].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split('\n');
    } catch {
      return [];
    }
  });
  return new Set(lines.map((line) => Number(line.split(':')[2])));
}
