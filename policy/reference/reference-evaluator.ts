// A second engine, written from docs/policy.md without a look at the first: slow, plain and in the page's order. Of the
// engine it uses only types; where both agree on random policies, the page has been understood twice.
import type { JsonValue, Trait } from '@toolwarden/catalogue';
import { traits as allTraits, assess, isJsonObject, toolDigest } from '@toolwarden/catalogue';
import { type Matcher, RE2JS } from 're2js';
import type { ToolClass } from '../src/classes.ts';
import type { Condition } from '../src/condition.ts';
import type { Decision } from '../src/decision.ts';
import type { Limit, Policy, Rule } from '../src/policy.ts';
import type { RecordedCall } from '../src/run-calls.ts';

type Found = JsonValue | undefined;
/** A property's name, or null for `[*]`. */
type Step = string | null;
type Truth = 'true' | 'false' | 'unknown' | 'error';
type Mark = { effect: Decision['effect']; pointer: string };
type Met = ReturnType<typeof limitsOf>[number];
type Applied = { rule: Rule; pointer: string; part: string; mayAllow: boolean };

/** Decides calls in order, with counters and marks that start empty. */
export function referenceRunner(policy: Policy) {
  const past: { key: string; at: number; amount: number }[] = [];
  const marked: { grant: string; session: string | undefined; trait: Trait; at: number }[] = [];
  return (call: RecordedCall): Omit<Decision, 'reason' | 'policyDigest'> => {
    const { grant = 'local', session } = call;
    const { keys, restricting, traits: judged, isJudged } = classesOf(call);
    const applied = rulesFor(policy, call.tool, keys, restricting);
    const given = applied.flatMap(({ rule }) => rule.marks ?? []);
    const isGiven = applied.some(({ rule }) => rule.marks !== undefined);
    const traits = [...(isJudged || !isGiven ? judged : []), ...given];
    const asked = (policy.flows ?? []).flatMap(({ after }) => after.traits);
    const left = asked.length > 0 ? traits.filter((trait) => asked.includes(trait)) : given;
    const at = Math.max(call.at, ...past.map((charge) => charge.at), ...marked.map((m) => m.at));
    const marks = applied.flatMap((one) => ruleMarks(one, call));
    for (const [i, name] of (policy.hide ?? []).entries()) {
      if (matchesName(name, call.tool)) marks.push({ effect: 'deny', pointer: `/hide/${i}` });
    }
    for (const [i, { after, within, then, action, scope }] of (policy.flows ?? []).entries()) {
      const since = at - milliseconds(within);
      const hasMarked = (trait: Trait) =>
        marked
          .filter(
            (mark) =>
              mark.grant === grant &&
              (scope !== 'session' ||
                session === undefined ||
                [session, undefined].includes(mark.session)),
          )
          .some((mark) => mark.trait === trait && mark.at > since);
      if (then.traits.some((trait) => traits.includes(trait)) && after.traits.every(hasMarked)) {
        marks.push({ effect: action, pointer: `/flows/${i}` });
      }
    }
    const met = applied.flatMap(({ rule, pointer }) => limitsOf(rule, pointer, call));
    const charges = [...Map.groupBy(met, ({ key }) => key)].map(([key, limits]) => {
      const windowMs = limits[0]?.windowMs ?? 0;
      const amount = Math.max(...limits.map((limit) => limit.amount ?? 0));
      const held = past
        .filter((charge) => charge.key === key && charge.at > at - windowMs)
        .reduce((sum, charge) => add(sum, charge.amount), 0);
      const isFull = (one: Met) => one.amount === undefined || add(held, amount) > one.max;
      for (const { pointer } of limits.filter(isFull)) marks.push({ effect: 'deny', pointer });
      return { key, windowMs, amount, at, held, max: Math.min(...limits.map(({ max }) => max)) };
    });
    const { effect, rules } = settle(marks, policy.default === 'allow' || applied.some(opens));
    const isAllowed = effect === 'allow' || (effect === 'approve' && call.isApproved === true);
    if (isAllowed) {
      past.push(...charges);
      marked.push(...left.map((trait) => ({ grant, session, trait, at })));
    }
    const counters = charges.map(({ key, windowMs, amount, held, max }) => {
      const charged = isAllowed ? amount : 0;
      return { key, charged, used: add(held, charged), max, windowMs };
    });
    counters.sort((a, b) => (a.key < b.key ? -1 : 1));
    return { effect: isAllowed ? 'allow' : effect, rules, counters };
  };
}

function settle(marks: Mark[], isOpen: boolean): { effect: Mark['effect']; rules: string[] } {
  const has = (effect: Mark['effect']) => marks.some((mark) => mark.effect === effect);
  const effect = has('deny') || !isOpen ? 'deny' : has('approve') ? 'approve' : 'allow';
  const rules = marks.filter((mark) => mark.effect === effect).map(({ pointer }) => pointer);
  return { effect, rules: rules.length > 0 ? [...new Set(rules)].sort() : ['/default'] };
}

function classesOf({ classification, definition }: RecordedCall) {
  const key = (trait: Trait) => `trait:${trait}`;
  const judged = classification as ToolClass | undefined;
  const digest = judged?.toolDigest;
  if (judged === undefined || (digest && definition && digest !== toolDigest(definition))) {
    const traits = allTraits.map(({ id }) => id);
    const worst = ['category:Write', 'category:Execute', 'label:Destructive', 'label:Financial'];
    const keys = [...worst, 'level:Critical', ...traits.map(key)];
    return { traits, keys, restricting: keys, isJudged: false };
  }
  const { category, traits } = judged;
  const { label, risk } = assess(category, traits);
  const keys = [`category:${category}`, `label:${label}`, `level:${risk}`, ...traits.map(key)];
  const isBoth = label === 'Financial' && traits.includes('destructive');
  const restricting = isBoth ? ['label:Destructive'] : [];
  return { traits, keys: [...keys, ...restricting], restricting, isJudged: true };
}

function rulesFor(policy: Policy, tool: string, classes: string[], restricting: string[]) {
  const applied: Applied[] = [];
  const add = (part: string, rule: Rule, key: string, mayAllow: boolean) =>
    applied.push({ rule, pointer: `/${part}/${escapePointer(key)}`, part, mayAllow });
  const everywhere = { part: 'all_tools', pointer: '/all_tools', mayAllow: false };
  if (policy.all_tools) applied.push({ rule: policy.all_tools, ...everywhere });
  for (const [key, rule] of Object.entries(policy.tools ?? {})) {
    if (matchesName(key, tool)) add('tools', rule, key, true);
  }
  for (const [key, rule] of Object.entries<Rule>(policy.classes ?? {})) {
    if (classes.includes(key)) add('classes', rule, key, !restricting.includes(key));
  }
  return applied;
}

const opens = ({ rule, part, mayAllow }: Applied) =>
  mayAllow && (part === 'tools' ? rule.action !== 'deny' : rule.action === 'allow');

/** Every mark of a rule but those of its limits, which need the counters. */
function ruleMarks({ rule, pointer, part, mayAllow }: Applied, call: RecordedCall): Mark[] {
  const marks: Mark[] = [];
  const mark = (is: Mark['effect'], at: string) =>
    marks.push({ effect: is, pointer: pointer + at });
  if (rule.action === undefined && part === 'tools') mark('allow', '');
  if (rule.action && (rule.action !== 'allow' || mayAllow)) mark(rule.action, '/action');
  for (const [i, condition] of (rule.require ?? []).entries()) {
    if (truthOf(condition, call, all) !== 'true') mark('deny', `/require/${i}`);
  }
  for (const field of ['deny_if', 'approve_if'] as const) {
    for (const [i, { conditions }] of (rule[field] ?? []).entries()) {
      const truth = all(conditions.map((condition) => truthOf(condition, call, any)));
      if (truth === 'error') mark('deny', `/${field}/${i}`);
      if (truth === 'true') mark(field === 'deny_if' ? 'deny' : 'approve', `/${field}/${i}`);
    }
  }
  return marks;
}

function matchesName(pattern: string, name: string): boolean {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[^a-z0-9_]/gi, '\\$&'));
  return pieces.length > 1 ? RegExp(`^${pieces.join('.*')}$`, 's').test(name) : pattern === name;
}
const escapePointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

const firstOf = (order: Truth[], truths: Truth[], otherwise: Truth) =>
  order.find((truth) => truths.includes(truth)) ?? otherwise;
const any = (truths: Truth[]) => firstOf(['true', 'error', 'unknown'], truths, 'false');
const all = (truths: Truth[]) => firstOf(['false', 'error', 'unknown'], truths, 'true');
const when = (holds: boolean): Truth => (holds ? 'true' : 'false');
const not = (truth: Truth) =>
  truth === 'true' || truth === 'false' ? when(truth === 'false') : truth;

function truthOf(condition: Condition, call: RecordedCall, join: typeof all): Truth {
  if ('any' in condition) return any(condition.any.map((one) => truthOf(one, call, join)));
  if ('not' in condition) return not(truthOf(condition.not, call, join === all ? any : all));
  const { op, value: wanted = true } = condition;
  const judge = (value: Found, [step, ...rest]: Step[]): Truth => {
    if (typeof step === 'string') return judge(propertyOf(value, step), rest);
    if (step === null && Array.isArray(value)) return join(value.map((item) => judge(item, rest)));
    const end = step === null ? undefined : value;
    if (op === 'exists') return when((end !== undefined) === wanted);
    return end === undefined ? 'unknown' : tests[op](end, wanted);
  };
  return judge(call.arguments ?? {}, stepsOf(condition.path));
}
const stepsOf = (path: string): Step[] =>
  [...path.slice(4).matchAll(/\.([^.[]+)|\[(\*|"(?:[^"\\]|\\.)*")\]/g)].map(([, name, bracket]) =>
    bracket === '*' ? null : (name ?? JSON.parse(bracket ?? '')),
  );
const propertyOf = (value: Found, name: string): Found =>
  isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
const typeOf = (value: JsonValue) =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
type Op = Exclude<Extract<Condition, { op: string }>['op'], 'exists'>;
const tests: Record<Op, (value: JsonValue, wanted: JsonValue) => Truth> = {
  eq: (value, wanted) => equalsOne(value, [wanted]),
  neq: (value, wanted) => not(equalsOne(value, [wanted])),
  in: (value, wanted) => equalsOne(value, listOf(wanted)),
  not_in: (value, wanted) => not(equalsOne(value, listOf(wanted))),
  lt: (value, wanted) => compare(value, (number) => number < Number(wanted)),
  lte: (value, wanted) => compare(value, (number) => number <= Number(wanted)),
  gt: (value, wanted) => compare(value, (number) => number > Number(wanted)),
  gte: (value, wanted) => compare(value, (number) => number >= Number(wanted)),
  contains,
  matches: (value, wanted) => search(value, wanted, (matcher) => matcher.matches()),
  regex: (value, wanted) => search(value, wanted, (matcher) => matcher.find()),
  within,
  host_in: hostIn,
  max_length: (value, max) => atMost(typeof value === 'string' && [...value].length, max),
  max_items: (value, max) => atMost(Array.isArray(value) && value.length, max),
};

function contains(value: JsonValue, wanted: JsonValue): Truth {
  if (Array.isArray(value)) return any(value.map((item) => equalsOne(item, [wanted])));
  if (typeof value !== 'string' || typeof wanted !== 'string') return 'unknown';
  return when(value.includes(wanted));
}
const listOf = (value: JsonValue) => (Array.isArray(value) ? value : [value]);

function equalsOne(value: JsonValue, entries: JsonValue[]): Truth {
  const alike = entries.filter((entry) => typeOf(entry) === typeOf(value));
  return alike.length === 0 ? 'unknown' : when(alike.some((entry) => entry === value));
}
const atMost = (size: number | false, max: JsonValue) =>
  size === false ? 'unknown' : when(size <= Number(max));

function compare(value: JsonValue, holds: (number: number) => boolean): Truth {
  if (typeof value !== 'number') return 'unknown';
  return Number.isFinite(value) ? when(holds(value)) : 'error';
}

function search(value: JsonValue, wanted: JsonValue, found: (matcher: Matcher) => boolean): Truth {
  if (typeof value !== 'string') return 'unknown';
  const pattern = RE2JS.compile(String(wanted));
  const cap = Math.min(65_536, 500_000 / pattern.programSize());
  return value.length > cap ? 'error' : when(found(pattern.matcher(value)));
}
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\\]/u;
const UNSAFE_PATH = /^$|[\u2028\u2029]|^[~$]|^[^/]*:|(^|\/)(?!\.\.?(\/|$))[. ]+(\/|$)/;

function readings(text: string): string[] | undefined {
  try {
    const undone = decodeURIComponent(text);
    const four = [text, text.normalize('NFC'), undone, undone.normalize('NFC')];
    const isUnsafe = (reading: string) => UNSAFE.test(reading) || UNSAFE_PATH.test(reading);
    return undone.includes('%') || four.some(isUnsafe) ? undefined : four;
  } catch {
    return undefined;
  }
}

/** Its segments, after one that tells absolute from relative; undefined where it climbs above its start. */
function segmentsOf(path: string): string[] | undefined {
  const segments: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') segments.push(part);
    else if (segments.pop() === undefined && !path.startsWith('/')) return undefined;
  }
  return [path.startsWith('/') ? '/' : '.', ...segments];
}

function within(text: JsonValue, folders: JsonValue): Truth {
  if (typeof text !== 'string') return 'unknown';
  const lies = readings(text)?.map((path, reading) => {
    const inner = segmentsOf(path);
    const outer = listOf(folders).map((one) => segmentsOf(readings(`${one}`)?.[reading] ?? '..'));
    return outer.some((segments) => inner && segments?.every((part, i) => part === inner[i]));
  });
  if (lies === undefined) return 'error';
  return lies.every(Boolean) ? 'true' : lies.some(Boolean) ? 'error' : 'false';
}
const ADDRESS = /^(?:https?|wss?):\/\/(\[[^\]/?#]*\]|[^:/?#]+)(?::[1-9]\d*)?($|[/?#].*$)/is;
const ENTRY = /^(\*\.)?(.*?)(?::(\d+))?$/;
const OWN_PORT: Record<string, string> = { 'http:': '80', 'ws:': '80' };

function hostIn(text: JsonValue, entries: JsonValue): Truth {
  if (typeof text !== 'string') return 'unknown';
  const [, host = '', rest = ''] = ADDRESS.exec(text) ?? [];
  const isAmbiguous = host === '' || host.endsWith('.') || /^[?#].*@/s.test(rest);
  if (isAmbiguous || UNSAFE.test(text) || /\s/.test(text) || !URL.canParse(text)) return 'error';
  const { hostname, port, protocol } = new URL(text);
  const read = hostname.split('.');
  const isSame = (label: string, i: number) =>
    /[^\0-\x7f]/.test(label) ? read[i]?.startsWith('xn--') : read[i] === label;
  const written = host.toLowerCase().split('.');
  if (written.length !== read.length || !written.every(isSame)) return 'error';
  const ownPort = OWN_PORT[protocol] ?? '443';
  const isMeant = (entry: JsonValue) => {
    const [, wild, name, wanted = ownPort] = ENTRY.exec(String(entry)) ?? [];
    const meant = new URL(`https://${name}`).hostname;
    const isHost = wild ? hostname.endsWith(`.${meant}`) : hostname === meant;
    return isHost && (port || ownPort) === wanted;
  };
  return when(listOf(entries).some(isMeant));
}

function limitsOf({ limits = [], rate_limit }: Rule, pointer: string, call: RecordedCall) {
  const written: [Limit, string][] = limits.map((limit, i) => [limit, `limits/${i}`]);
  if (rate_limit) written.push([{ ...rate_limit, window: `${rate_limit.window}s` }, 'rate_limit']);
  return written.map(([{ window, max, counter, sum, scope = 'grant' }, place], i) => {
    const windowMs = milliseconds(window);
    const owner = [call.server];
    if (scope !== 'server') owner.push(call.grant ?? 'local');
    if (scope === 'session' && call.session !== undefined) owner.push(call.session);
    const name = counter === undefined ? `rule:${pointer}/limits/${i}` : `counter:${counter}`;
    const key = JSON.stringify([...owner, name, windowMs]);
    const amount = sum === undefined ? 1 : sumOf(call.arguments ?? {}, stepsOf(sum));
    return { key, windowMs, amount, max, pointer: `${pointer}/${place}` };
  });
}

function sumOf(value: Found, [step, ...rest]: Step[]): number | undefined {
  if (typeof step === 'string') return sumOf(propertyOf(value, step), rest);
  if (step === undefined) return isAmount(value) ? value + 0 : undefined;
  if (!Array.isArray(value)) return undefined;
  const amounts = value.map((item) => sumOf(item, rest));
  return amounts.every(isAmount) ? amounts.reduce(add, 0) : undefined;
}
const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value);
const add = (a: number, b: number) =>
  Number.isSafeInteger(a + b) ? a + b : Number((a + b).toPrecision(15));

function milliseconds(window: string): number {
  const [, count, unit = ''] = /^(\d*)([smhd])/.exec(window) ?? [];
  return Number(count || 1) * ({ s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? 86_400_000);
}
