import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { Session } from './session.ts';

/** What a stream gets that is opened after a server has said all this with nobody listening. */
function heardLate(said: readonly string[]): string[] {
  const session = new Session({
    ...{ grant: 'g', policy: 'p', now: 0 },
    made: { name: '', servers: [], asked: [] },
  });
  // A server that is a program, whose streams are ours.
  session.upstream = { settled: Promise.resolve(), close: async () => {} };
  for (const message of said) session.tellClient(message, undefined, undefined);
  const heard: string[] = [];
  const event = (message: string) => heard.push(message) > 0;
  session.listen({ streaming() {}, event } as unknown as Exchange, undefined);
  return heard;
}

test('what a server says before anybody listens is kept, the latest 256 messages and 4 MiB of it', () => {
  expect(heardLate(['a', 'b'])).toEqual(['a', 'b']);
  const many = Array.from({ length: 300 }, (_, n) => `${n}`);
  expect(heardLate(many)).toEqual(many.slice(-256));
  const large = Array.from({ length: 10 }, (_, n) => `${n}`.repeat(1024 * 1024));
  expect(heardLate(large)).toEqual(large.slice(-4));
  expect(heardLate(['a', 'x'.repeat(5 * 1024 * 1024), 'b'])).toEqual(['b']);
});
