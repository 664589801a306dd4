import { expect, test } from 'vitest';
import { checkPolicyText } from './check.ts';
import { parsePolicy } from './parse-policy.ts';

const policy = (fields: object) => JSON.stringify({ version: '1', default: 'deny', ...fields });
const brief = (text: string) =>
  checkPolicyText(text).map(({ pointer, code, message }) => [pointer, code, message]);

test('policies in the reference format are valid as they are', () => {
  const rule = { limits: [{ counter: 'sends', window: 'minute', max: 10, scope: 'grant' }] };
  const text = policy({
    hide: ['delete_everything'],
    all_tools: { limits: [{ counter: 'all', window: 'hour', max: 1000, scope: 'grant' }] },
    tools: {
      send_campaign: rule,
      trigger_task: {
        require: [{ path: 'args.environment', op: 'in', value: ['dev', 'staging'] }],
        deny_if: [
          {
            conditions: [{ path: 'args.count', op: 'gt', value: 5 }],
            on_deny: 'At most five at once.',
          },
        ],
      },
      track_event: { rate_limit: { max: 30, window: 60 } },
      start_export_job: { action: 'deny', reason: 'Ask first.' },
    },
  });
  expect(checkPolicyText(text)).toEqual([]);
});

test('JSON that does not end is placed by line and column', () => {
  expect(checkPolicyText('{\n  "version": "1",\n  "tools": {')).toEqual([
    {
      line: 3,
      column: 13,
      pointer: '/tools',
      severity: 'error',
      code: 'json-syntax',
      message: 'expected a key in quotes, found the end',
    },
  ]);
});

test('a key given twice is an error, because readers differ in which one they keep', () => {
  expect(brief('{"version": "1", "default": "deny", "default": "allow"}')).toEqual([
    ['/default', 'invalid-value', 'the key "default" stands here twice'],
  ]);
});

test.for([
  [
    {
      tools: {
        a: {
          require: [{ any: [{ path: 'args', op: 'exists' }], not: { path: 'args', op: 'exists' } }],
        },
      },
    },
    '/tools/a/require/0/not',
    'unknown key "not"; it cannot stand beside "any"',
  ],
  [{ tols: {} }, '/tols', 'unknown key "tols"; did you mean "tools"?'],
  [
    { tools: { a: { limts: [] } } },
    '/tools/a/limts',
    'unknown key "limts"; did you mean "limits"?',
  ],
  [
    { tools: { a: { limits: [{ window: 'hour', max: 1, cunter: 'x' }] } } },
    '/tools/a/limits/0/cunter',
    'unknown key "cunter"; did you mean "counter"?',
  ],
  [
    { tools: { a: { require: [{ path: 'args.x', op: 'eq', value: 1, vale: 1 }] } } },
    '/tools/a/require/0/vale',
    'unknown key "vale"; did you mean "value"?',
  ],
  [
    { classes: { 'category:Reed': {} } },
    '/classes/category:Reed',
    'unknown key "category:Reed"; did you mean "category:Read"?',
  ],
  [
    { classes: { 'trait:bulk': { acton: 'deny' } } },
    '/classes/trait:bulk/acton',
    'unknown key "acton"; did you mean "action"?',
  ],
] as const)(
  '%j: the unknown key is named with the nearest known one',
  ([fields, pointer, message]) => {
    expect(brief(policy(fields))).toEqual([[pointer, 'unknown-key', message]]);
  },
);

test.for([
  [
    { default: 'denny' },
    '/default',
    'expected one of "deny", "allow", found "denny"; did you mean "deny"?',
  ],
  [{ version: 1 }, '/version', 'expected "1", found 1'],
  [{ tools: [] }, '/tools', 'expected a record, found a list'],
  [
    { tools: { a: { limits: [{ window: 'fortnight', max: 1 }] } } },
    '/tools/a/limits/0/window',
    'expected second, minute, hour, day, or a number with s, m, h or d such as 15m, found "fortnight"',
  ],
  [
    { tools: { a: { limits: [{ window: 'hour', max: 1.5 }] } } },
    '/tools/a/limits/0/max',
    'expected a whole number of calls, found 1.5',
  ],
  [
    { tools: { a: { require: [{ path: 'args.x', op: 'equals', value: 1 }] } } },
    '/tools/a/require/0/op',
    'found "equals"',
  ],
  [
    { tools: { a: { require: [{ path: 'x', op: 'eq', value: 1 }] } } },
    '/tools/a/require/0/path',
    'expected a path such as args.amount',
  ],
  [
    { tools: { a: { require: [{ path: 'args.x', op: 'lt', value: '1' }] } } },
    '/tools/a/require/0/value',
    'expected a number, found "1"',
  ],
  [
    { tools: { a: { require: [{ any: [{ path: 'args.x', op: 'in', value: [] }] }] } } },
    '/tools/a/require/0/any/0/value',
    'expected array to have',
  ],
  [
    { tools: { a: { require: [{ path: 'args.x', op: 'eq', value: [1] }] } } },
    '/tools/a/require/0/value',
    'expected a string or a number or a boolean or null, found a list',
  ],
  [
    { tools: { a: { require: [{ path: 'args.x', op: 'within', value: ['../up'] }] } } },
    '/tools/a/require/0/value/0',
    'expected a folder',
  ],
  [
    { tools: { a: { require: [{ path: 'args.x', op: 'host_in', value: 'https://a.b' }] } } },
    '/tools/a/require/0/value',
    'expected a host',
  ],
] as const)('%j: the wrong value is named with what was expected', ([fields, pointer, message]) => {
  const found = brief(policy(fields));
  expect(found).toEqual([[pointer, 'invalid-value', expect.stringContaining(message)]]);
});

test('a missing key is reported where it should stand', () => {
  expect(brief('{"version": "1"}')).toEqual([
    ['', 'missing-key', '"default" is missing; expected one of "deny", "allow"'],
  ]);
});

test('the key __proto__ is refused anywhere, because readers drop it', () => {
  const text = '{"version":"1","default":"allow","tools":{"__proto__":{"action":"deny"}}}';
  expect(brief(text)).toEqual([['', 'invalid-value', 'the key "__proto__" is not allowed']]);
});

test('deep nesting is refused before anything recurses into it', () => {
  const deep = `${'{"not":'.repeat(40)}{}${'}'.repeat(40)}`;
  const text = `{"version":"1","default":"deny","tools":{"a":{"require":[${deep}]}}}`;
  expect(brief(text)).toEqual([['', 'invalid-value', 'nested deeper than 32 levels']]);
  expect(brief('['.repeat(100_000))[0]?.[2]).toBe('nested deeper than 64 levels');
});

test('findings come in the order of the lines, each with its place', () => {
  const text = `{
  "version": "1",
  "defualt": "deny",
  "tools": {
    "a": { "limits": [{ "window": "hour", "max": -1 }] }
  }
}`;
  expect(checkPolicyText(text).map(({ line, column, code }) => [line, column, code])).toEqual([
    [1, 1, 'missing-key'],
    [3, 3, 'unknown-key'],
    [5, 43, 'invalid-value'],
  ]);
});

test('parsePolicy lists what is wrong, a line each', () => {
  expect(() => parsePolicy({ version: '1', default: 'deny', hide: 'x' })).toThrow(
    '/hide: expected a list, found "x"',
  );
});
