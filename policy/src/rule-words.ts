import { approvalTerms } from './approval-terms.ts';
import type { Condition } from './condition.ts';
import { isTest } from './is-test.ts';
import { limitsOf } from './normalise.ts';
import { operators } from './operators/index.ts';
import type { Limit, Rule } from './policy.ts';
import { windowMs, windowWords } from './window.ts';

// Deeper groups are named, not spelt out: a reader would not follow them, and words must stay bounded.
const MAX_WORD_DEPTH = 3;

/** A condition as a clause: `amount must be a number of at most 100`. */
export function conditionWords(condition: Condition, depth = 0): string {
  if (depth > MAX_WORD_DEPTH) return 'a nested condition must hold';
  if (isTest(condition)) {
    const { words } = operators[condition.op];
    return `${argumentName(condition.path)} ${words(condition.value as never)}`;
  }
  if ('not' in condition) return `not (${conditionWords(condition.not, depth + 1)})`;
  return (
    optionalWords(condition.any) ??
    condition.any.map((part) => conditionWords(part, depth + 1)).join(', or ')
  );
}

// `any: [left out, test]` is how a policy says "if given"; it is read that way too.
function optionalWords(parts: readonly Condition[]): string | undefined {
  const isAbsence = (part: Condition) =>
    isTest(part) &&
    ((part.op === 'exists' && part.value === false) || (part.op === 'eq' && part.value === null));
  const [test, ...others] = parts.filter((part) => !isAbsence(part));
  if (test === undefined || others.length > 0 || parts.length === 1) return undefined;
  return `${conditionWords(test, 1)} where given`;
}

/** A path without `args.`, and an item of a list named as such. */
function argumentName(path: string): string {
  const name = path.replace(/^args\.?/, '');
  return name.endsWith('[*]') ? `each of ${name.slice(0, -3)}` : name || 'the arguments';
}

/** A limit as a clause: `at most 10 calls a minute`. */
export function limitWords({ max, window, sum }: Limit): string {
  const length = windowWords(windowMs(window));
  const span = /^\d/.test(length) ? `in ${length}` : length === 'hour' ? 'an hour' : `a ${length}`;
  const what =
    sum === undefined ? `${max} ${max === 1 ? 'call' : 'calls'}` : `${max} of ${argumentName(sum)}`;
  return `at most ${what} ${span}`;
}

const FACTS: readonly [RegExp, string][] = [
  [/ must not be /g, ' is not '],
  [/ must be /g, ' is '],
  [/ must have /g, ' has '],
  [/ must match /g, ' matches '],
  [/ must contain /g, ' contains '],
];

/** Conditions as something that is so, for `deny_if` and `approve_if`. */
export function factWords(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return 'it is called';
  const text = conditions.map((condition) => conditionWords(condition)).join(' and ');
  return FACTS.reduce((words, [pattern, fact]) => words.replace(pattern, fact), text);
}

// Only under `tools` does a rule without an action allow.
function startWords({ action }: Rule, part: string): string {
  if (action === 'approve') return 'Asks a person each time';
  const allows = part === 'tools' || (part === 'classes' && action === 'allow');
  return allows ? 'Allowed' : 'Restricts what is allowed';
}

function approvalWords(rule: Rule): string[] {
  const { timeoutMs, holdMs } = approvalTerms(rule) ?? {};
  return [
    ...(timeoutMs === undefined ? [] : [`a question stays open for ${spanWords(timeoutMs)}`]),
    ...(holdMs === undefined ? [] : [`the call waits ${spanWords(holdMs)} for the answer`]),
  ];
}

const spanWords = (ms: number) => windowWords(ms).replace(/^(?=[a-z])/, 'one ');

function responseWords({ max_bytes, redact, strip_control }: Rule['response'] & {}): string[] {
  const isPreset = redact?.some((entry) => typeof entry !== 'string');
  const patterns = redact?.filter((entry) => typeof entry === 'string').length ?? 0;
  return [
    ...(max_bytes === undefined ? [] : [`results over ${max_bytes} bytes are withheld`]),
    ...(isPreset ? ['secrets in results are replaced'] : []),
    ...(patterns > 0
      ? [
          `what ${patterns === 1 ? 'a pattern matches' : `${patterns} patterns match`} in results is replaced`,
        ]
      : []),
    ...(strip_control ? ['hidden characters of results are shown'] : []),
  ];
}

/** A rule object in one line; `part` is where it stands: `tools`, `classes` or `all_tools`. */
export function ruleWords(rule: Rule, part = 'tools'): string {
  if (rule.action === 'deny') return `Refused${rule.reason ? `: ${rule.reason}` : '.'}`;
  const start = startWords(rule, part);
  const parts = [
    ...limitsOf(rule).map(limitWords),
    ...(rule.require ?? []).map((condition) => conditionWords(condition)),
    ...(rule.deny_if ?? []).map(({ conditions }) => `refused if ${factWords(conditions)}`),
    ...(rule.approve_if ?? []).map(({ conditions }) => `asks a person if ${factWords(conditions)}`),
    ...approvalWords(rule),
    ...responseWords(rule.response ?? {}),
    ...(rule.marks ? [`counts for flows as ${rule.marks.join(', ') || 'nothing'}`] : []),
  ];
  return `${[start, ...parts].join('; ')}.`;
}
