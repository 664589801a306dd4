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
import { argumentTricks, resemblingNames, toolName } from './tricks-testkit.ts';

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

test(`none of ${new Set(resemblingNames).size} names that resemble a tool's is the tool, for rules that allow and rules that hide`, async () => {
  expect(new Set(resemblingNames).size).toBeGreaterThanOrEqual(200);
  const policy = await compilePolicy({ ...START, tools: { [toolName]: {} } });
  const effect = (tool: string) => decide(policy, { server: 's', tool }, { at: 0 }).effect;
  expect(effect(toolName)).toBe('allow');
  expect(resemblingNames.filter((name) => effect(name) !== 'deny')).toEqual([]);
});

const tricks = argumentTricks.reduce((sum, { bad }) => sum + bad.length, 0);

test(`the argument tricks are at least three hundred`, () =>
  expect(tricks).toBeGreaterThanOrEqual(300));

test.for(argumentTricks)('no trick passes $condition', async ({ condition, good, bad }) => {
  const judge = await judgeOf({ path: 'args.x', ...condition });
  expect(judge(good)).toBe('allow');
  expect(bad.filter((value) => judge(value) === 'allow')).toEqual([]);
});

test.for(argumentTricks)(
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
