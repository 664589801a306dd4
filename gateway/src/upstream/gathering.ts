/** Bytes that come in pieces and are wanted whole. */
export type Gathering = {
  readonly length: number;
  add(piece: Buffer): void;
  /** All that was added and this last piece; nothing is held any more. */
  take(last: Buffer): Buffer;
};

const SMALLEST = 4_096;
/** Of a length that is only said, no more than this is believed before it has come. */
const MOST_BELIEVED = 64 * 1024;
const EMPTY = Buffer.alloc(0);

/**
 * Gathers pieces at a cost that grows with their bytes and not with their number: whoever sends a message byte by byte
 * costs no more time and no more memory than who sends it at once. Where a length is expected, that is the first place made.
 */
export function createGathering(expected = 0): Gathering {
  const smallest = Math.max(SMALLEST, Math.min(expected, MOST_BELIEVED) || 0);
  let held: Buffer = EMPTY;
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(piece) {
      const needed = length + piece.length;
      if (needed > held.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(smallest, 2 * held.length, needed));
        held.copy(larger, 0, 0, length);
        held = larger;
      }
      piece.copy(held, length);
      length = needed;
    },
    take(last) {
      if (length === 0) return last;
      this.add(last);
      const whole = held.subarray(0, length);
      held = EMPTY;
      length = 0;
      return whole;
    },
  };
}
