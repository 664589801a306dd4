import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryCall, arbitraryPolicy } from '../reference/arbitrary-policy.ts';
import { compilePolicy } from './compile.ts';
import { createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import { plannedCounters } from './planned-counters.ts';
import type { RecordedCall } from './run-calls.ts';

test('a decision asks for the planned counters and no others', () =>
  fc.assert(
    fc.asyncProperty(arbitraryPolicy, arbitraryCall, async (document, each) => {
      const { at, classification, ...call } = each as RecordedCall;
      const policy = await compilePolicy(document);
      const facts = { at, ...(classification && { classification }) } as never;
      const asked = new Set<string>();
      const used = (key: string, windowMs: number) => {
        asked.add(JSON.stringify([key, windowMs]));
        // A mark that is there, so that none after it goes unasked.
        return key.startsWith('["mark"') ? 1 : 0;
      };
      decide(policy, call, { ...(facts as object), at, counters: { used } });
      const planned = plannedCounters(policy, call, facts);
      const texts = planned.map(({ key, windowMs }) => JSON.stringify([key, windowMs]));
      expect(texts.toSorted()).toEqual([...asked].sort());
    }),
    { numRuns: 500 },
  ));

test('a store that answers later decides as one that answers at once', async () => {
  const policy = await compilePolicy({
    version: '1',
    default: 'allow',
    all_tools: { limits: [{ window: 'minute', max: 1 }] },
  });
  const call = { server: 's', tool: 't' };
  const store = createMemoryCounters();
  const decideLater = async (at: number) => {
    const planned = plannedCounters(policy, call, {});
    const read = await Promise.all(
      planned.map(async ({ key, windowMs }) => [key, store.used(key, windowMs, at)] as const),
    );
    const held = new Map(read);
    const used = (key: string) => held.get(key) ?? Number.POSITIVE_INFINITY;
    const decision = decide(policy, call, { at, counters: { used } });
    if (decision.effect !== 'allow') return 'refused';
    return store.charge(decision.counters, at) === undefined ? 'refused' : 'sent';
  };
  // Both read before either charges: only the store's own check keeps the second from passing.
  expect(await Promise.all([decideLater(0), decideLater(0)])).toEqual(['sent', 'refused']);
  expect(await decideLater(1)).toBe('refused');
  expect(await decideLater(60_000)).toBe('sent');
});
