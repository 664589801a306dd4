import type { JsonObject } from '@toolwarden/catalogue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientMessage, RequestId } from '../protocol/client-message.ts';
import { JoinedAsks } from './joined-asks.ts';
import type { Part } from './part.ts';

/** Ids that two servers are likely to share, or that only their types tell apart. */
const id = fc.constantFrom<RequestId>(0, 1, 2, '1', 'a', '__proto__');
const server = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({
    does: fc.constant('asks' as const),
    ...{ server, id },
    method: fc.constantFrom('sampling/createMessage', 'elicitation/create', 'roots/list'),
  }),
  fc.record({ does: fc.constant('takes back' as const), server, id }),
  fc.record({ does: fc.constant('goes' as const), server }),
  // Any of what is or was open, or an id that never was.
  fc.record({ does: fc.constant('is answered' as const), at: fc.nat(20) }),
);

type Question = { server: string; id: RequestId };

test('I6: whatever servers ask under whatever ids, an answer reaches the one that asked, under its id, once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const asks = new JoinedAsks();
      const got: (Question & { result: unknown })[] = [];
      const parts = new Map(['a', 'b', 'c'].map((name) => [name, partOf(name, got)]));
      const part = (name: string) => parts.get(name) as Part;
      /** What the client was asked, by its id, and what is open of it. */
      const asked = new Map<number, Question>();
      const open = new Map<number, Question>();
      const openOf = (question: Question) =>
        [...open].find(([, each]) => each.server === question.server && each.id === question.id);
      for (const each of steps) {
        if (each.does === 'asks') {
          // A link never has two requests of its server open under one id.
          if (openOf(each) !== undefined) continue;
          const question = { jsonrpc: '2.0', id: each.id, method: each.method };
          asks.pass(part(each.server), question, (text) => {
            const { id: ours, method } = JSON.parse(text);
            expect(method).toBe(each.method);
            expect(asked.has(ours)).toBe(false);
            asked.set(ours, { server: each.server, id: each.id });
            open.set(ours, { server: each.server, id: each.id });
            return true;
          });
        } else if (each.does === 'takes back') {
          const [ours] = openOf(each) ?? [];
          expect(asks.takeBack(part(each.server), each.id)).toBe(ours);
          if (ours !== undefined) open.delete(ours);
        } else if (each.does === 'goes') {
          const theirs = [...open].flatMap(([ours, one]) =>
            one.server === each.server ? ours : [],
          );
          expect(asks.forget(part(each.server)).sort()).toEqual(theirs.sort());
          for (const ours of theirs) open.delete(ours);
        } else {
          const ours = [...asked.keys()][each.at] ?? 999;
          const before = got.length;
          const wanted = open.get(ours);
          expect(asks.answer(answerTo(ours))).toBe(wanted !== undefined);
          const expected = wanted === undefined ? [] : [{ ...wanted, result: { for: ours } }];
          expect(got.slice(before)).toEqual(expected);
          open.delete(ours);
          // The same number as a text is no answer to it.
          expect(asks.answer(answerTo(String(ours)))).toBe(false);
        }
      }
    }),
    { numRuns: 500 },
  );
});

function answerTo(ours: RequestId): Extract<ClientMessage, { kind: 'response' }> {
  return { kind: 'response', id: ours, body: { result: { for: ours } } };
}

function partOf(server: string, got: object[]): Part {
  const link = {
    fromClientMessage({ id, body }: { id: RequestId; body: { result: JsonObject } }) {
      got.push({ server, id, result: body.result });
    },
  };
  return { name: server, link } as unknown as Part;
}
