import { jsonDigest } from '@toolwarden/catalogue';
import { watchFile } from '../policy/watch-file.ts';
import type { Lock } from './lock.ts';
import { readLock } from './lock-file.ts';
import type { PinBoard } from './pin-board.ts';
import { createPins } from './pins.ts';

/** Opens a lock file and follows it; a change that cannot be read leaves the last good one in force. */
export async function openPins(
  path: string,
  tell: (event: { kind: 'loaded' } | { kind: 'rejected'; error: Error }) => void,
): Promise<PinBoard> {
  const isSame = (a: Lock, b: Lock) => jsonDigest(a) === jsonDigest(b);
  const watch = await watchFile(path, { load: readLock, isSame }, tell);
  return {
    forServer: (server, tellOf) => createPins({ lock: () => watch.current, server }, tellOf),
    knows: (server) => Object.hasOwn(watch.current.servers, server),
    check: () => watch.check(),
    close: () => watch.close(),
  };
}
