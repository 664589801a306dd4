import { expect, test } from 'vitest';
import { approvalOf } from './approval-terms.ts';
import { compilePolicy } from './compile.ts';
import { merge } from './merge.ts';
import type { Policy, Rule } from './policy.ts';
import { ruleWords } from './rule-words.ts';

const call = { server: 's', tool: 'pay', arguments: {} };
const termsUnder = async (fields: Partial<Policy>) =>
  approvalOf(await compilePolicy({ version: '1', default: 'deny', ...fields }), call, {});

test('of all rules that apply, the shorter time of each kind holds, in whatever order they stand', async () => {
  const first: Rule = { action: 'approve', approval: { timeout: '2h', hold: '30s' } };
  const second: Rule = { approval: { timeout: 'minute' } };
  const terms = { timeoutMs: 60_000, holdMs: 30_000 };
  expect(await termsUnder({ tools: { pay: first }, all_tools: second })).toEqual(terms);
  expect(await termsUnder({ all_tools: first, tools: { 'p*': second } })).toEqual(terms);
  expect(await termsUnder({ tools: { other: first } })).toBeUndefined();
});

test('merging keeps the shorter times of both', async () => {
  const document = (approval: Rule['approval'] & {}): Policy => ({
    version: '1',
    default: 'deny',
    tools: { pay: { action: 'approve', approval } },
  });
  const { policy } = merge(
    document({ timeout: '1h', hold: '10s' }),
    document({ timeout: '30m', hold: '20s' }),
  );
  expect(policy.tools?.['pay']?.approval).toEqual({ timeout: '30m', hold: '10s' });
});

test('the words of a rule say how long', () => {
  expect(ruleWords({ action: 'approve', approval: { timeout: '15m', hold: 'minute' } })).toBe(
    'Asks a person each time; a question stays open for 15 minutes; the call waits one minute for the answer.',
  );
});
