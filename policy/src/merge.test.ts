import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryCall, arbitraryPolicy } from '../reference/arbitrary-policy.ts';
import { compilePolicy } from './compile.ts';
import { merge } from './merge.ts';
import type { Policy, Rule } from './policy.ts';
import { createRunner, type RecordedCall } from './run-calls.ts';

const withTools = (tools: Record<string, Rule>): Policy => ({
  version: '1',
  default: 'deny',
  tools,
});

test('a tool of the fragment is added as it is', () => {
  const added: Rule = { action: 'approve', limits: [{ window: 'day', max: 3 }] };
  expect(merge(withTools({ a: {} }), withTools({ b: added }))).toEqual({
    policy: withTools({ a: {}, b: added }),
    conflicts: [],
  });
});

test('where both speak of a tool both hold, at the lower limit and the stricter action', () => {
  const limit = (max: number) => ({ counter: 'c', window: 'minute' as const, max });
  const exists = (name: string) => ({ path: `args.${name}`, op: 'exists' as const, value: true });
  const base = withTools({ a: { require: [exists('x')], limits: [limit(10)] } });
  const fragment = withTools({
    a: { action: 'approve', require: [exists('x'), exists('y')], limits: [limit(1000)] },
  });
  const { policy, conflicts } = merge(base, fragment);
  expect(policy.tools).toEqual({
    a: { action: 'approve', require: [exists('x'), exists('y')], limits: [limit(10)] },
  });
  expect(conflicts.map(({ pointer }) => pointer)).toEqual(['/tools/a/action', '/tools/a/limits/0']);
});

test('a pattern or class that would open tools nobody looked at is left out and named', () => {
  const fragment: Policy = {
    ...withTools({ '*': {}, 'del_*': { action: 'deny' } }),
    classes: { 'category:Read': { action: 'allow' } },
  };
  const { policy, conflicts } = merge(withTools({ a: {} }), fragment);
  expect(policy).toEqual(withTools({ a: {}, 'del_*': { action: 'deny' } }));
  expect(conflicts.map(({ pointer }) => pointer)).toEqual(['/tools/*', '/classes/category:Read']);
});

const LENIENCE = { deny: 0, approve: 1, allow: 2 } as const;

test('a merged policy is never more lenient, but for tools that the fragment names and nothing refused', async () => {
  const effectOf = async (policy: Policy, call: object) =>
    createRunner(await compilePolicy(policy))(call as RecordedCall);
  await fc.assert(
    fc.asyncProperty(arbitraryPolicy, arbitraryPolicy, arbitraryCall, async (base, added, call) => {
      const before = await effectOf(base, call);
      const after = await effectOf(merge(base, added).policy, call);
      const isOpened =
        before.effect === 'deny' &&
        before.rules[0] === '/default' &&
        Object.hasOwn(added.tools ?? {}, call.tool);
      if (!isOpened) {
        expect(LENIENCE[after.effect]).toBeLessThanOrEqual(LENIENCE[before.effect]);
      }
    }),
    { numRuns: 200 },
  );
});
