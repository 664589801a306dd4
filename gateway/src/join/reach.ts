/** A server that comes and goes is told of once in so long. */
const QUIET_MS = 60_000;

/** Tells an operator which servers are left out of `/mcp`, and when they are back: once, whoever asks. */
export class Reach {
  readonly #out = new Set<string>();
  readonly #toldAt = new Map<string, number>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** `why` it is left out; `undefined` where it is there. */
  say(server: string, isStateless: boolean, why: string | undefined): void {
    const key = `${server}${isStateless ? ' (stateless era)' : ''}`;
    if (why === undefined) {
      if (this.#out.delete(key)) this.#log(`${key}: back at /mcp`);
      return;
    }
    const now = performance.now();
    const toldAt = this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY;
    if (this.#out.has(key) || now - toldAt < QUIET_MS) return;
    this.#toldAt.set(key, now);
    this.#out.add(key);
    this.#log(`${key}: left out of /mcp for now: ${why}`);
  }
}
