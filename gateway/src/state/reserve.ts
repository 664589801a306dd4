import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Room on the disk that is kept for what must be written even when there is no more: how calls ended, and why no others begin. */
export type Reserve = {
  /** Whether new calls may be recorded: the room is there, or could be put by again. */
  isHeld(): boolean;
  /** Gives the room free; false where that had been done. */
  release(): boolean;
};

/** Outcomes of the thousand calls that may be in flight, with room to spare. */
const BYTES = 1024 * 1024;
// Looking costs a call more than the rest of it where it is done each time.
const LOOK_MS = 20;
const TRY_AGAIN_MS = 250;

/** The reserve of a state folder, which all its processes share: a file that is deleted when the disk is full. */
export function createReserve(path: string): Reserve {
  let isHeld = false;
  let lookAgainAt = Number.NEGATIVE_INFINITY;
  const look = () => statSync(path, { throwIfNoEntry: false })?.size === BYTES || putBy(path);
  return {
    isHeld() {
      const now = performance.now();
      if (now < lookAgainAt) return isHeld;
      isHeld = look();
      lookAgainAt = now + (isHeld ? LOOK_MS : TRY_AGAIN_MS);
      return isHeld;
    },
    release() {
      const wasThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
      rmSync(path, { force: true });
      isHeld = false;
      lookAgainAt = performance.now() + TRY_AGAIN_MS;
      return wasThere;
    },
  };
}

function putBy(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    // As much again must stay free, else it would be filled and given free in turns.
    if (bavail * bsize < 2 * BYTES) return false;
    // What is all alike may be put together, and then keeps no room.
    writeFileSync(path, randomBytes(BYTES), { mode: 0o600 });
    return true;
  } catch {
    rmSync(path, { force: true });
    return false;
  }
}
