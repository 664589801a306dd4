/** Time as the model path needs it; tests bring their own. */
export type Clock = {
  /** Monotonic milliseconds. */
  now: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** A moment when an endpoint is left alone, shared by all that want to ask it. */
export type Circuit = {
  /** False while the endpoint is taken for dead: do not ask, do not wait. */
  mayAsk: () => boolean;
  /** Waits until the endpoint wants to hear from us again. */
  ready: (signal?: AbortSignal) => Promise<void>;
  /** The endpoint answered. */
  succeeded: () => void;
  /** It did not; `startedAt` is when that request began. */
  failed: (startedAt: number) => void;
  /** It asked to be left alone for a time. */
  pause: (ms: number) => void;
  /** No request can succeed: a wrong key, a redirect. */
  give: () => void;
};

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 30_000;

/** Opens after five failures in a row; half a minute later one request may try again. */
export function createCircuit({ now, sleep }: Clock): Circuit {
  let failures = 0;
  let openUntil = Number.NEGATIVE_INFINITY;
  let pausedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  return {
    mayAsk() {
      if (now() < openUntil) return false;
      // Half open: this one may try; the others wait for how it fares.
      if (failures >= FAILURES_TO_OPEN) openUntil = now() + OPEN_MS;
      return true;
    },
    async ready(signal) {
      for (let left = pausedUntil - now(); left > 0; left = pausedUntil - now())
        await sleep(left, signal);
    },
    succeeded() {
      failures = 0;
      if (openUntil !== Number.POSITIVE_INFINITY) openUntil = Number.NEGATIVE_INFINITY;
    },
    failed(startedAt) {
      // Requests that were under way when the endpoint asked for a pause say nothing new.
      if (startedAt < pausedAt) return;
      failures += 1;
      if (failures >= FAILURES_TO_OPEN) openUntil = now() + OPEN_MS;
    },
    pause(ms) {
      pausedAt = now();
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
    give() {
      openUntil = Number.POSITIVE_INFINITY;
    },
  };
}

/** The process's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    const { setTimeout: wait } = await import('node:timers/promises');
    await wait(ms, undefined, signal && { signal });
  },
};
