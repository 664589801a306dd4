import type { Limit } from '../policy.ts';

/** How far limits lie above what was seen. */
export type LimitOptions = {
  /** 0 to 1: this share of the calls found no more in the window than the limit is made from. */
  percentile: number;
  /** What that is multiplied by. */
  headroom: number;
};

const WINDOWS = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const;

/**
 * Limits for the calls of one tool, each given by its time and grant. A window longer than the recording says nothing, so
 * only the shortest is always there.
 */
export function learnedLimits(
  calls: readonly { at: number; grant: string }[],
  { percentile, headroom }: LimitOptions,
): Limit[] {
  const times = calls.map(({ at }) => at);
  const span = times.reduce((a, b) => Math.max(a, b), 0) - times.reduce((a, b) => Math.min(a, b));
  const byGrant = [...Map.groupBy(calls, ({ grant }) => grant).values()];
  return WINDOWS.filter(([name, ms]) => name === 'minute' || span >= ms).map(([window, ms]) => {
    const counts = byGrant.flatMap((group) =>
      countsInWindow(
        group.map(({ at }) => at),
        ms,
      ),
    );
    counts.sort((a, b) => a - b);
    const index = Math.min(counts.length - 1, Math.ceil(counts.length * percentile) - 1);
    return { max: Math.ceil((counts[Math.max(0, index)] ?? 1) * headroom), window };
  });
}

/** For each call, how many there were in the window that ends with it. */
function countsInWindow(times: number[], ms: number): number[] {
  times.sort((a, b) => a - b);
  let start = 0;
  return times.map((at, index) => {
    while ((times[start] as number) <= at - ms) start++;
    return index - start + 1;
  });
}
