import type { JsonValue } from '@toolwarden/catalogue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePolicy } from '../src/compile.ts';
import type { Decision } from '../src/decision.ts';
import { normalisePolicy, policyDigest } from '../src/normalise.ts';
import type { Policy, Rule } from '../src/policy.ts';
import { createRunner, type RecordedCall } from '../src/run-calls.ts';
import { arbitraryCall, arbitraryPolicy } from './arbitrary-policy.ts';

const RUNS = 300;
const someCalls = fc.array(arbitraryCall as fc.Arbitrary<RecordedCall>, {
  minLength: 1,
  maxLength: 4,
});

async function decideAll(policy: unknown, calls: readonly RecordedCall[]): Promise<Decision[]> {
  return calls.map(createRunner(await compilePolicy(policy)));
}

/** Runs a law on random policies, each with calls that start from empty counters. */
function holds(law: (policy: Policy, calls: RecordedCall[], pick: number) => Promise<void>) {
  return fc.assert(fc.asyncProperty(arbitraryPolicy, someCalls, fc.nat(1000), law), {
    numRuns: RUNS,
  });
}

/** The same document with the keys of every object, and the lists whose order is said not to matter, turned round. */
function turned(value: JsonValue, isList = false): JsonValue {
  if (Array.isArray(value))
    return isList
      ? value.toReversed().map((item) => turned(item))
      : value.map((item) => turned(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner, LISTS.includes(key))]),
  );
}
const LISTS = ['hide', 'require', 'deny_if', 'approve_if', 'conditions', 'any', 'flows', 'traits'];

// Pointers follow the entries of a list to their new places, so only what does not name places is compared.
const brief = ({ effect, counters }: Decision) => ({ effect, counters });

test('turning every order round changes no effect and no counter', () =>
  holds(async (policy, calls) => {
    const other = turned(policy as unknown as JsonValue);
    const [before, after] = [await decideAll(policy, calls), await decideAll(other, calls)];
    expect(after.map(brief)).toEqual(before.map(brief));
  }));

const STRICTNESS = { allow: 0, approve: 1, deny: 2 };

/** That one more rule makes no first call freer: later ones meet counters that fewer calls have filled. */
async function neverFreer(policy: Policy, stricter: Policy, call: RecordedCall): Promise<void> {
  const [[before], [after]] = [await decideAll(policy, [call]), await decideAll(stricter, [call])];
  expect(STRICTNESS[after?.effect ?? 'allow']).toBeGreaterThanOrEqual(
    STRICTNESS[before?.effect ?? 'deny'],
  );
}

const extras: { name: string; rule: Rule }[] = [
  { name: 'a deny', rule: { action: 'deny' } },
  { name: 'an approval', rule: { action: 'approve' } },
  { name: 'a requirement', rule: { require: [{ path: 'args.a', op: 'eq', value: 1 }] } },
  { name: 'a deny_if', rule: { deny_if: [{ conditions: [{ path: 'args.a', op: 'exists' }] }] } },
  { name: 'a limit', rule: { limits: [{ window: 'minute', max: 0 }] } },
  { name: 'nothing', rule: {} },
];

test.for(extras)('adding $name for all tools never makes a call freer', ({ rule }) =>
  holds(async ({ all_tools: _, ...policy }, calls) => {
    await neverFreer(policy, { ...policy, all_tools: rule }, calls[0] as RecordedCall);
  }),
);

test.for(extras)('adding $name for a class never makes a call freer', ({ rule }) =>
  holds(async ({ classes: _, ...policy }, calls) => {
    await neverFreer(
      policy,
      { ...policy, classes: { 'category:Write': rule } },
      calls[0] as RecordedCall,
    );
  }),
);

test('what is hidden is denied, whatever else the policy says', () =>
  holds(async (policy, calls) => {
    const [call] = calls as [RecordedCall];
    const [decision] = await decideAll({ ...policy, hide: [call.tool] }, [call]);
    expect(decision?.effect).toBe('deny');
    expect(decision?.rules).toContain('/hide/0');
  }));

test('the canonical form decides alike, has the same digest, and is its own canonical form', () =>
  holds(async (policy, calls) => {
    const canonical = normalisePolicy(policy);
    expect(normalisePolicy(canonical as Policy)).toEqual(canonical);
    expect(policyDigest(canonical as Policy)).toBe(policyDigest(policy));
    const [written, rewritten] = [
      await decideAll(policy, calls),
      await decideAll(canonical, calls),
    ];
    expect(rewritten.map(brief)).toEqual(written.map(brief));
  }));

test('deciding twice from the same start gives the same', () =>
  holds(async (policy, calls) => {
    expect(await decideAll(policy, calls)).toEqual(await decideAll(policy, calls));
  }));
