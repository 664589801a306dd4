const SHORT_LIFE_MS = 10_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** When servers that keep dying may be started again: after a second, then twice as long each time, at most a minute. */
export class Starts {
  readonly #byServer = new Map<string, { failures: number; notBefore: number }>();

  /** How long a server must not be started yet; 0 where it may be. */
  waitMs(server: string, now: number): number {
    return Math.max(0, (this.#byServer.get(server)?.notBefore ?? 0) - now);
  }

  /** A process of the server ended by itself, or never began. */
  ended(server: string, livedMs: number, now: number): void {
    if (livedMs >= SHORT_LIFE_MS) {
      this.#byServer.delete(server);
      return;
    }
    const failures = (this.#byServer.get(server)?.failures ?? 0) + 1;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    this.#byServer.set(server, { failures, notBefore: now + wait });
  }
}
