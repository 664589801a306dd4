import type { Reserve } from '../state/reserve.ts';
import { isNoRoom } from '../state/store-fault.ts';

/** Lets no call begin on a full disk, so that what is left of it serves to say how the others ended. */
export type CallGate = {
  readonly isOpen: boolean;
  /** How often calls were refused since the last that passed. @throws what `fault` gives where there is no room. */
  enter(): number;
  /** To be told that a call was recorded. */
  passed(): void;
  /** To be told why a call could not be recorded; throws it again. */
  failed(error: unknown): never;
};

/** The gate of a process; `onStop` hears once of each time that it closes. */
export function createCallGate(
  reserve: Reserve,
  told: { fault: () => Error; onStop: () => void },
): CallGate {
  let refusals = 0;
  const refuse = (error: unknown): never => {
    refusals++;
    if (refusals === 1) told.onStop();
    throw error;
  };
  return {
    get isOpen() {
      return refusals === 0 && reserve.isHeld();
    },
    enter() {
      if (!reserve.isHeld()) refuse(told.fault());
      return refusals;
    },
    passed() {
      refusals = 0;
    },
    failed(error) {
      if (!isNoRoom(error)) throw error;
      reserve.release();
      return refuse(error);
    },
  };
}
