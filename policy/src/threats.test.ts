// Lists of tricks against patterns, anchors, names and arguments: none may get past a rule that looks right.
import type { JsonValue } from '@toolwarden/catalogue';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { checkPolicyText } from './check.ts';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import { matches } from './operators/matches.ts';
import { loadPatterns } from './patterns.ts';
import { PolicyError } from './policy-error.ts';

const START = { version: '1', default: 'deny' } as const;

async function judgeOf(condition: object) {
  const policy = await compilePolicy({ ...START, tools: { t: { require: [condition] } } });
  return (x: JsonValue) =>
    decide(policy, { server: 's', tool: 't', arguments: { x } }, { at: 0 }).effect;
}

const across = (left: readonly string[], right: readonly ((part: string) => string)[]) =>
  left.flatMap((part) => right.map((wrap) => wrap(part)));

/** Parts that match one text in several ways, and what makes a backtracking engine try them all. */
const evilPatterns = [
  ...across(
    [
      'a',
      '[ab]',
      '\\w',
      '.',
      '\\s',
      'a?',
      'a|a',
      'a|ab',
      '[^b]',
      '\\d|\\w',
      'a|aa',
      '(?:a)',
      'aa?',
      '\\pL',
    ],
    [
      (part) => `^(${part}+)+$`,
      (part) => `^(${part}*)*$`,
      (part) => `^((${part})+)+b$`,
      (part) => `^(${part})+(${part})+(${part})+(${part})+$`,
      (part) => `(.*(${part})){11}x`,
      (part) => `^(${part}|${part})*$`,
      (part) => `^(?:(${part}+),?)+$`,
      (part) => `(?=${part})${part}`,
      (part) => `(?!${part})x`,
      (part) => `(?<=${part})x`,
      (part) => `(?<!${part})x`,
      (part) => `(${part})\\1+`,
      (part) => `(?P<n>${part})(?P=n)`,
      (part) => `(?>${part}+)b`,
      (part) => `(${part})*+b`,
    ],
  ),
  '((a{1000}){1000}){1000}',
  '(a{999}){999}',
  'a{1001}',
  'a{100000}',
  `${'('.repeat(1200)}a${')'.repeat(1200)}`,
  'a'.repeat(1025),
  '(?R)',
  '(a)(?1)',
  '(?(1)a|b)',
  '\\p{NoSuch}',
  '[',
  '(',
  'a**',
  '\\',
  '(?<n>a)(?<n>a)',
];
const evilSubject = `${'a'.repeat(3000)}!`;

test(`none of ${evilPatterns.length} evil patterns takes more than linear time: it is refused, or judged at once`, async () => {
  expect(evilPatterns.length).toBeGreaterThanOrEqual(200);
  let refused = 0;
  for (const value of evilPatterns) {
    try {
      const judge = await judgeOf({ path: 'args.x', op: 'matches', value });
      // A backtracking engine would not come back from this before the sun goes out.
      expect(['allow', 'deny']).toContain(judge(evilSubject));
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(90);
  expect(refused).toBeLessThan(evilPatterns.length);
});

// Among them patterns of more states than the engine remembers, where every character costs every instruction.
test('at 64 KiB a pattern judges or says that it cannot, and its steps are bounded either way', async () => {
  const exploding = ['[ab]*a[ab]{12}x', '[ab]*a[ab]{30}x', '(?i)[ab]*a[ab]{60}x', 'a[ab]{200}$'];
  let judged = 0;
  for (const value of [...evilPatterns, ...exploding]) {
    const { instructions, judge } = await patternOf(value).catch(() => ({ ...REFUSED }));
    if (judge === undefined) continue;
    const longest = Math.min(65_536, Math.floor(500_000 / instructions));
    const text = 'abbaab'.repeat(11_000);
    expect(judge(text.slice(0, longest)), value).not.toBe('error');
    expect(judge(text.slice(0, longest + 1)), value).toBe('error');
    judged++;
  }
  expect(judged).toBeGreaterThan(90);
});

const REFUSED = { instructions: 0, judge: undefined };

async function patternOf(value: string) {
  const patterns = await loadPatterns();
  return {
    instructions: RE2JS.compile(value).programSize(),
    judge: matches.compile(value, patterns),
  };
}

test('what no linear engine can do is refused when the policy is loaded', async () => {
  for (const value of evilPatterns.filter((pattern) =>
    /\(\?[=!>R(]|\(\?<[=!]|\\1|P=n|\(\?1/.test(pattern),
  )) {
    const loaded = judgeOf({ path: 'args.x', op: 'regex', value });
    await expect(loaded, value).rejects.toThrow(PolicyError);
  }
});

const around = [
  'evil-good',
  'good-evil',
  ' good',
  'good ',
  'good\n',
  '\ngood',
  'good\r',
  'good\r\n',
  '\r\ngood',
  'evil\ngood',
  'good\nevil',
  'evil\ngood\nevil',
  'good\u2028',
  'good\u2029evil',
  'good\u0085',
  'good\v',
  'good\f',
  'good\0',
  '\0good',
  'good\0evil',
  'goodgood',
  'Good',
  'GOOD',
  'g\u200bood',
  'good\u200b',
  '\ufeffgood',
  'g\u00f6od',
  'goo\u0501',
  '\uff47\uff4f\uff4f\uff44',
  'goo',
  '',
  'good\u0000\n',
  '$good',
  '^good$',
  'good$',
];

test.for([
  { op: 'matches', value: 'good' },
  { op: 'matches', value: '^good$' },
  { op: 'matches', value: '(good)' },
  { op: 'matches', value: 'good|good' },
  { op: 'regex', value: '^good$' },
  { op: 'regex', value: '\\Agood\\z' },
])('$op $value takes the whole text and nothing around it', async (test) => {
  const judge = await judgeOf({ path: 'args.x', ...test });
  expect(judge('good')).toBe('allow');
  expect(around.filter((text) => judge(text) === 'allow')).toEqual([]);
});

test('a search without anchors is an error of the linter where it is required', () => {
  const condition = { path: 'args.x', op: 'regex', value: 'good' };
  const findings = checkPolicyText(
    JSON.stringify({ ...START, tools: { t: { require: [condition] } } }),
  );
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
    ['pattern-unanchored', 'error'],
  ]);
});

const NAME = 'send_mail';
const invisible = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u202e',
  '\u2066',
  '\u034f',
  '\u061c',
  '\u180e',
  '\u{e0061}',
  '\u{e007f}',
  '\ufe0f',
  '\0',
  '\u0008',
  '\u001b',
];
const blank = [' ', '\t', '\n', '\r', '\u00a0', '\u2003', '\u3000', '\u2028', '\u1680'];
const lookAlikes: Record<string, string> = {
  s: '\u0455\uff53\u{1d42c}\u017f',
  e: '\u0435\uff45\u{1d41e}\u00e9',
  n: '\u0578\uff4e\u{1d427}\u00f1',
  d: '\u0501\uff44\u{1d41d}\u010f',
  m: '\u043c\uff4d\u{1d426}\u1e3f',
  a: '\u0430\uff41\u{1d41a}\u00e1',
  i: '\u0456\uff49\u{1d422}\u0131',
  l: '\u04cf\uff4c\u{1d425}1',
  _: '\u203f\uff3f-\u2017',
};
const names = [
  ...[...invisible, ...blank].flatMap((mark) => [
    `${mark}${NAME}`,
    `${NAME}${mark}`,
    `send${mark}_mail`,
  ]),
  ...Object.entries(lookAlikes).flatMap(([letter, others]) =>
    [...others].map((other) => NAME.replace(letter, other)),
  ),
  ...[...NAME]
    .map((letter, index) => NAME.slice(0, index) + letter.toUpperCase() + NAME.slice(index + 1))
    .filter((name) => name !== NAME),
  ...[...NAME].map((letter) => NAME.replace(letter, `%${letter.charCodeAt(0).toString(16)}`)),
  ...[...NAME].map((letter) => NAME.replace(letter, `\\u00${letter.charCodeAt(0).toString(16)}`)),
  ...[...NAME].map((_, index) => NAME.slice(0, index) + NAME.slice(index + 1)),
  ...[...NAME].map((letter, index) => NAME.slice(0, index) + letter + NAME.slice(index)),
  ...['.', '/', '\\', ':', ';', '#', '?', '*', '%00', '%20', '$', '\u0301', '\ufe00'].flatMap(
    (mark) => [`${NAME}${mark}`, `${mark}${NAME}`],
  ),
  NAME.toUpperCase(),
  'sendMail',
  'Send_Mail',
  'send-mail',
  'send mail',
  'send__mail',
  'sendmail',
  'send_mail_all',
  'resend_mail',
  `server/${NAME}`,
  `../${NAME}`,
  `./${NAME}`,
  `${NAME}/../x`,
  `["${NAME}"]`,
  `${NAME},${NAME}`,
  '',
  '*',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
];

test(`none of ${new Set(names).size} names that resemble a tool's is the tool, for rules that allow and rules that hide`, async () => {
  expect(new Set(names).size).toBeGreaterThanOrEqual(200);
  const policy = await compilePolicy({ ...START, tools: { [NAME]: {} } });
  const effect = (tool: string) => decide(policy, { server: 's', tool }, { at: 0 }).effect;
  expect(effect(NAME)).toBe('allow');
  expect(names.filter((name) => effect(name) !== 'deny')).toEqual([]);
});

const strings = [
  '',
  ' ',
  '5',
  '5.0',
  '1e3',
  '0x5',
  '-0',
  'null',
  'NaN',
  'true',
  'prod',
  '\uff15',
  '\u0665',
  '5;--',
  "5' OR '1'='1",
  '5/**/',
  '5\0',
];
const others: JsonValue[] = [
  null,
  true,
  false,
  [],
  {},
  [5],
  [[5]],
  { value: 5 },
  { $gt: 0 },
  { valueOf: 5 },
  { toString: '5' },
  ['5'],
  [null],
  { '0': 5 },
  { length: 1 },
];
const paths = [
  '/etc/passwd',
  '/srv/data/../etc',
  '/srv/data/%2e%2e/etc',
  '/srv/data/%252e%252e/x',
  '/srv/data/..%2fetc',
  '/srv/data/..\\etc',
  '/srv/data2/x',
  '/SRV/data/x',
  'srv/data/x',
  '../srv/data/x',
  '~/x',
  '$HOME/x',
  'file:///srv/data/x',
  'C:\\srv',
  '/srv/data/\0',
  '/srv/data/\u202ex',
  '/srv/data/... /x',
  '/srv/data/.. /x',
  '/srv/data/%c0%ae%c0%ae/x',
  '/srv/data/%zz',
  '//etc/passwd',
  '/srv/./../etc',
  '/proc/self/cwd/../x',
  '/srv/da\u200bta/x',
  '/srv/data/\u2025/../../x',
  '',
];
const urls = [
  'https://example.com@evil.org/',
  'https://evil.org/example.com',
  'https://example.com.evil.org/',
  'https://evilexample.com/',
  'https://example.com:8443/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://127.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'https://example.com./',
  'https://ex\u0430mple.com/',
  'https://\uff45xample.com/',
  'https://example.com%2eevil.org/',
  'https://example.com\\@evil.org/',
  'https://example.com#@evil.org:99/',
  '//example.com/',
  'example.com',
  'javascript://example.com/%0aalert(1)',
  'file://example.com/etc',
  'ftp://example.com/',
  'https:/example.com',
  'https:example.com',
  'https://user:pw@example.com/',
  'https://example.com:0443/',
  'https://example.com:443@evil.org/',
  ' https://example.com/',
  'https://example.com/\n',
  'https://exam\tple.com/',
  'data:text/html,https://example.com/',
];
const numbers = [
  1001,
  1e3 + 1,
  1e21,
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1000.0000001,
];

/** A requirement, what meets it, and what must not. */
const constraints: { condition: object; good: JsonValue; bad: JsonValue[] }[] = [
  {
    condition: { op: 'lte', value: 1000 },
    good: -0,
    bad: [...strings, ...others, ...numbers.filter((n) => n > 0), Number.NEGATIVE_INFINITY],
  },
  {
    condition: { op: 'gte', value: 0 },
    good: -0,
    bad: [...strings, ...others, -1, -1e-300, Number.POSITIVE_INFINITY],
  },
  { condition: { op: 'eq', value: 5 }, good: 5.0, bad: [...strings, ...others, ...numbers] },
  {
    condition: { op: 'eq', value: 'dev' },
    good: 'dev',
    bad: [...strings, ...others, 'DEV', 'dev ', 'de\u200bv', '\uff44ev'],
  },
  {
    condition: { op: 'in', value: ['dev', 'caf\u00e9'] },
    good: 'caf\u00e9',
    bad: [...strings, ...others, 'cafe\u0301', ['dev'], 'Dev', 0],
  },
  { condition: { op: 'not_in', value: ['prod'] }, good: 'dev', bad: [...others, 'prod', 0, 1] },
  { condition: { op: 'neq', value: 'prod' }, good: 'dev', bad: [...others, 'prod', 0, 1] },
  {
    condition: { op: 'max_length', value: 3 },
    good: 'abc',
    bad: [...others, 'abcd', 'abc\u0301', 5],
  },
  {
    condition: { op: 'max_items', value: 1 },
    good: ['a'],
    bad: [...strings, ['a', 'b'], { length: 1 }, {}, null, 5],
  },
  {
    condition: { op: 'matches', value: '[0-9]{1,3}' },
    good: '55',
    bad: [...strings.filter((text) => text !== '5'), ...others, 55],
  },
  {
    condition: { op: 'within', value: '/srv/data' },
    good: '/srv/data/a',
    bad: [...paths, ...others],
  },
  {
    condition: { op: 'host_in', value: 'example.com' },
    good: 'https://example.com/a',
    bad: [...urls, ...others],
  },
];
const tricks = constraints.reduce((sum, { bad }) => sum + bad.length, 0);

test(`the argument tricks are at least three hundred`, () =>
  expect(tricks).toBeGreaterThanOrEqual(300));

test.for(constraints)('no trick passes $condition', async ({ condition, good, bad }) => {
  const judge = await judgeOf({ path: 'args.x', ...condition });
  expect(judge(good)).toBe('allow');
  expect(bad.filter((value) => judge(value) === 'allow')).toEqual([]);
});

test.for(constraints)(
  'an argument left out, misspelt or moved does not pass $condition',
  async ({ condition, good }) => {
    const require = [{ path: 'args.x', ...condition }];
    const policy = await compilePolicy({ ...START, tools: { t: { require } } });
    const shapes = [
      {},
      { X: good },
      { 'x ': good },
      { 'x\u200b': good },
      { '\uff58': good },
      { args: { x: good } },
      { a: { x: good } },
      { 'args.x': good },
    ];
    for (const args of shapes) {
      expect(
        decide(policy, { server: 's', tool: 't', arguments: args as never }, { at: 0 }).effect,
      ).toBe('deny');
    }
  },
);
