import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPolicyText } from '@toolwarden/policy';
import { expect, test } from 'vitest';
import { examples, policyReference } from './policy-reference.ts';

test('docs/policy-reference.md is what the schema says (npm run fix:policy-reference writes it)', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/policy-reference.md'), 'utf8');
  expect(page).toBe(policyReference());
});

test('every field has a meaning and an example', () => {
  const rows = policyReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((line) => /\|\s+\|/.test(line))).toEqual([]);
});

/** The least document that holds an example in its place. */
function documentWith(field: string, example: unknown): object {
  const base = { version: '1', default: 'deny' };
  const [part = '', name = ''] = field.split('.');
  const rule = { require: [{ path: 'args.x', op: 'exists' }] };
  switch (part) {
    case 'rule':
      return { ...base, tools: { t: { ...rule, [name]: example } } };
    case 'limit': {
      const limit = { window: 'minute', max: 5, [name]: example };
      return { ...base, tools: { t: { limits: [limit] } } };
    }
    case 'flow':
      return { ...base, flows: [{ ...(examples['flows'] as object[])[0], [name]: example }] };
    case 'condition': {
      const condition = name === 'any' || name === 'not' ? { [name]: example } : example;
      return { ...base, tools: { t: { require: [condition] } } };
    }
    default:
      return { ...base, [part]: example };
  }
}

test.for(Object.entries(examples))('the example of %s is one', ([field, example]) => {
  const findings = checkPolicyText(JSON.stringify(documentWith(field, example)));
  const wrong = findings.filter(({ code }) => /invalid|missing|unknown-key/.test(code));
  expect(wrong).toEqual([]);
});
