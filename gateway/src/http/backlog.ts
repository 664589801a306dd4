/** Something with bytes that its reader has not taken. */
type Reader = { readonly waitingBytes: number; drop(): void };

/** Bounds what waits for all slow readers together: who has left most unread is dropped first. */
export class Backlog {
  readonly #most: () => number;
  readonly #slow = new Set<Reader>();
  #written = 0;

  constructor(most: () => number) {
    this.#most = most;
  }

  /** How many are looked at when it is counted. */
  get readers(): number {
    return this.#slow.size;
  }

  /** To be told of what is written to a reader. */
  wrote(reader: Reader, bytes: number): void {
    if (reader.waitingBytes === 0) return;
    this.#slow.add(reader);
    this.#written += bytes;
    // Counting costs a look at each of them, so only every so often.
    if (this.#written < this.#most() / 8) return;
    this.#written = 0;
    this.#count();
  }

  /** Nothing more goes to a reader. */
  over(reader: Reader): void {
    this.#slow.delete(reader);
  }

  #count(): void {
    let sum = 0;
    for (const reader of this.#slow) {
      if (reader.waitingBytes === 0) this.#slow.delete(reader);
      sum += reader.waitingBytes;
    }
    const most = this.#most();
    if (sum <= most) return;
    const bySize = [...this.#slow].toSorted((a, b) => b.waitingBytes - a.waitingBytes);
    for (const reader of bySize) {
      if (sum <= most) return;
      sum -= reader.waitingBytes;
      this.#slow.delete(reader);
      reader.drop();
    }
  }
}
