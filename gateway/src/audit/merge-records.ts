/** A record on its way into one stream, with what that stream is sorted by. */
export type TimedLine = { at: number; line: string };

/**
 * Joins streams into one by time. What comes from one stream keeps its order whatever its clock did, so that chains
 * stay chains.
 */
export function* mergeRecords(streams: Iterable<TimedLine>[]): Generator<string> {
  const heads = streams.flatMap((stream) => {
    const rest = stream[Symbol.iterator]();
    const { value, done } = rest.next();
    return done ? [] : [{ rest, value }];
  });
  while (heads.length > 0) {
    let index = 0;
    for (let other = 1; other < heads.length; other++) {
      if ((heads[other]?.value.at ?? 0) < (heads[index]?.value.at ?? 0)) index = other;
    }
    const head = heads[index] as (typeof heads)[number];
    yield head.value.line;
    const { value, done } = head.rest.next();
    if (done) heads.splice(index, 1);
    else head.value = value;
  }
}
