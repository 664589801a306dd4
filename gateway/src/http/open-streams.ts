import type { Eventually } from '../state/state.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';

type Identify = (authorization: string | undefined) => Eventually<Identity | undefined>;
type Stream = { exchange: Exchange; grant: string };

/** Streams that may stay open for long, each with what its opener showed: where that no longer holds, the stream is over. */
export class OpenStreams {
  readonly #byToken = new Map<string, Stream[]>();

  add(authorization: string, { grant }: Identity, exchange: Exchange): void {
    const streams = this.#byToken.get(authorization);
    if (streams === undefined) this.#byToken.set(authorization, [{ exchange, grant }]);
    else streams.push({ exchange, grant });
  }

  /** Asks once for each token; to be called every few seconds. */
  async check(identify: Identify): Promise<void> {
    for (const [authorization, streams] of this.#byToken) {
      const open = streams.filter(({ exchange }) => exchange.isOpen);
      if (open.length === 0) this.#byToken.delete(authorization);
      else this.#byToken.set(authorization, open);
    }
    await Promise.all(
      [...this.#byToken].map(async ([authorization, streams]) => {
        try {
          const identity = await identify(authorization);
          for (const { exchange, grant } of streams) {
            if (identity?.grant !== grant) exchange.drop();
          }
        } catch {
          // Who cannot be looked up now is looked up again; whatever they ask meanwhile is refused.
        }
      }),
    );
  }
}
