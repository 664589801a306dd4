import type { Approval, Eventually } from '../state/state.ts';

/** How often it is looked whether a person has answered. */
const LOOK_MS = 250;

type Hold = {
  look: () => Eventually<Approval['status'] | undefined>;
  holdMs: number;
  /** Whether nobody waits for the call any more. */
  isOver: () => boolean;
};

/** Waits until a person has answered, the time is over, or nobody waits; true where the call was approved. */
export async function heldUntilApproved({ look, holdMs, isOver }: Hold): Promise<boolean> {
  const end = performance.now() + holdMs;
  for (;;) {
    const left = end - performance.now();
    if (left <= 0 || isOver()) return false;
    await new Promise((done) => setTimeout(done, Math.min(LOOK_MS, left)));
    const status = await look();
    if (status !== 'pending') return status === 'approved' && !isOver();
  }
}
