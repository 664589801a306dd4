import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCases } from '../cases/load-cases.ts';
import { compilePolicy } from '../src/compile.ts';
import { createRunner, type RecordedCall } from '../src/run-calls.ts';
import { arbitraryCall, arbitraryPolicy } from './arbitrary-policy.ts';
import { referenceRunner } from './reference-evaluator.ts';

const CALLS = 10;
// `npm run fuzz:policy` sets this; 5,000 policies with ten calls each are the 50,000 pairs of every run.
const RUNS = Number(process.env['POLICY_FUZZ_PAIRS'] ?? 50_000) / CALLS;
// Printed, so that a run can be repeated whatever ended it.
const SEED = Number(process.env['POLICY_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

test(`engine and reference evaluator agree on ${RUNS * CALLS} random pairs of policy and call`, {
  timeout: 3_600_000,
}, async () => {
  const calls = fc.array(arbitraryCall, { minLength: CALLS, maxLength: CALLS });
  const property = fc.asyncProperty(arbitraryPolicy, calls, async (policy, calls) => {
    const engine = createRunner(await compilePolicy(policy));
    const reference = referenceRunner(policy);
    for (const call of calls) {
      const { effect, rules, counters } = engine(call as RecordedCall);
      expect({ effect, rules, counters }).toEqual(reference(call as RecordedCall));
    }
  });
  console.log(`POLICY_FUZZ_SEED=${SEED}`);
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
});

test('the reference evaluator passes the cases as well', () => {
  for (const { name, policy, calls } of loadCases()) {
    const reference = referenceRunner(policy);
    for (const { expect: expected, at = 0, ...call } of calls) {
      const { effect, rules } = reference({
        server: 's',
        ...call,
        at: new Date(at).getTime(),
      } as RecordedCall);
      expect({ name, effect, rules }).toMatchObject({ name, ...expected });
    }
  }
});
