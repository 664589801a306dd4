/** Tells an operator which servers are left out of `/mcp`, and when they are back: once, whoever asks. */
export class Reach {
  readonly #out = new Map<string, string>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** `why` it is left out; `undefined` where it is there. */
  say(server: string, isStateless: boolean, why: string | undefined): void {
    const key = `${server}${isStateless ? ' (stateless era)' : ''}`;
    const known = this.#out.get(key);
    if (why === undefined) {
      if (known === undefined) return;
      this.#out.delete(key);
      this.#log(`${key}: back at /mcp`);
    } else if (known === undefined) {
      this.#out.set(key, why);
      this.#log(`${key}: left out of /mcp for now: ${why}`);
    }
  }
}
