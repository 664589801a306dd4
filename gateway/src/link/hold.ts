/** How often it is looked whether a person has answered. */
const LOOK_MS = 250;

/** How it stands with what a call waits for; `pending` also where nobody waits any more. */
export type HeldAnswer = 'pending' | 'denied' | 'go-on';

type Hold = {
  look: () => Promise<HeldAnswer>;
  holdMs: number;
  /** Whether nobody waits for the call any more. */
  isOver: () => boolean;
};

/** Waits until a person has answered, the time is over, or nobody waits; how the question then stands. */
export async function heldUntilAnswered({ look, holdMs, isOver }: Hold): Promise<HeldAnswer> {
  const end = performance.now() + holdMs;
  for (;;) {
    const left = end - performance.now();
    if (left <= 0 || isOver()) return 'pending';
    await new Promise((done) => setTimeout(done, Math.min(LOOK_MS, left)));
    const status = await look();
    if (status !== 'pending') return isOver() ? 'pending' : status;
  }
}
