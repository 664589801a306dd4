import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { Session } from './session.ts';

type Held = ConstructorParameters<typeof Session>[0]['keptByAll'];

function newSession(keptByAll: Held = { length: 0, most: () => 1e9 }): Session {
  const session = new Session({
    ...{ grant: 'g', policy: 'p', now: 0, keptByAll },
    made: { name: '', servers: [], asked: [] },
  });
  // A server that is a program, whose streams are ours.
  session.upstream = { settled: Promise.resolve(), close: async () => {} };
  session.link = { serverEnded() {} } as unknown as Session['link'];
  return session;
}

/** What a stream gets that is opened after a server has said all this with nobody listening. */
function heardLate(said: readonly string[]): string[] {
  const session = newSession();
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

test('what all sessions together keep is bounded too, and given back when one is heard or ends', async () => {
  const keptByAll = { length: 0, most: () => 100 };
  const [first, second] = [newSession(keptByAll), newSession(keptByAll)];
  const say = (session: Session, length: number) =>
    session.tellClient('x'.repeat(length), undefined, undefined);
  say(first, 80);
  say(second, 30);
  expect(keptByAll.length).toBe(80);
  say(second, 20);
  expect(keptByAll.length).toBe(100);
  const heard: string[] = [];
  const event = (message: string) => heard.push(message) > 0;
  first.listen({ streaming() {}, event } as unknown as Exchange, undefined);
  expect([heard.length, keptByAll.length]).toEqual([1, 20]);
  await second.end();
  expect(keptByAll.length).toBe(0);
  // A program that is told to end may talk on until it does.
  expect(say(second, 40)).toBe(false);
  expect(keptByAll.length).toBe(0);
});
