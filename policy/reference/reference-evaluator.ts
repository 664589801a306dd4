// A second, slow reading of docs/policy.md, written from that page alone; of ../src it takes only the types of documents.
// It exists to disagree: reference.test.ts compares it with the engine on random policies and calls.
import {
  traits as allTraits,
  assess,
  type Category,
  type JsonValue,
  type Trait,
} from '@toolwarden/catalogue';
import { RE2JS } from 're2js';
import type { ArgumentTest, Condition } from '../src/condition.ts';
import type { Charge } from '../src/counters.ts';
import type { Decision } from '../src/decision.ts';
import type { Limit, Policy, Rule } from '../src/policy.ts';
import type { RecordedCall } from '../src/run-calls.ts';

type Found = JsonValue | undefined;
type Step = string | null;
type Answer = 'yes' | 'no' | 'unknown' | 'error';
type Past = { key: string; at: number; amount: number };
type Placed = { at: string; rule: Rule; allows: boolean };
/** Pointers collected on the way. */
type Notes = { deny: string[]; ask: string[]; allow: string[] };
type Classes = { isKnown: boolean; traits: readonly Trait[]; names: string[] };
type Mark = { grant: string; trait: Trait; at: number };

/** Decides calls in order, remembering what it charged and what marked whom. */
export function referenceRunner(policy: Policy) {
  const charges: Past[] = [];
  const marks: Mark[] = [];
  return (call: RecordedCall): Omit<Decision, 'reason' | 'policyDigest'> => {
    const grant = call.grant ?? 'local';
    const classes = classesOf(call);
    const rules = applyingRules(policy, call.tool, classes);
    const notes: Notes = { deny: [], ask: [], allow: [] };
    policy.hide?.forEach((name, index) => {
      if (nameMatches(name, call.tool)) notes.deny.push(`/hide/${index}`);
    });
    for (const placed of rules) judgeRule(placed, call.arguments ?? {}, notes);
    const own = marks.filter((mark) => mark.grant === grant);
    judgeFlows(policy, call.at, classes, own, notes);
    const { met, now } = judgeLimits(rules, call, charges, notes);
    const names = rules.filter(({ at }) => at.startsWith('/tools/'));
    const isOpen =
      policy.default === 'allow' ||
      names.some(({ rule }) => rule.action !== 'deny') ||
      rules.some(({ allows }) => allows);
    const [effect, because] = settle(notes, isOpen, call.isApproved === true);
    const isAllowed = effect === 'allow';
    if (isAllowed) {
      for (const { key, charged } of met) charges.push({ key, at: now, amount: charged });
      for (const trait of classes.traits) marks.push({ grant, trait, at: call.at });
    }
    const counters = met.map((one) =>
      isAllowed ? { ...one, used: plus(one.used, one.charged) } : { ...one, charged: 0 },
    );
    counters.sort((a, b) => (a.key < b.key ? -1 : 1));
    return {
      effect,
      rules: because.length ? [...new Set(because)].sort() : ['/default'],
      counters,
    };
  };
}

function settle(
  notes: Notes,
  isOpen: boolean,
  isApproved: boolean,
): [Decision['effect'], string[]] {
  if (notes.deny.length > 0) return ['deny', notes.deny];
  if (!isOpen) return ['deny', []];
  if (notes.ask.length > 0) return [isApproved ? 'allow' : 'approve', notes.ask];
  return ['allow', notes.allow];
}

const UNJUDGED = 'category:Write category:Execute label:Destructive label:Financial level:Critical';

function classesOf({ classification }: RecordedCall): Classes {
  const known = classification as { category: Category; traits: Trait[] } | undefined;
  const traits = known?.traits ?? allTraits.map(({ id }) => id);
  const names = traits.map((trait) => `trait:${trait}`);
  if (!known) return { isKnown: false, traits, names: [...names, ...UNJUDGED.split(' ')] };
  const { label, risk } = assess(known.category, traits);
  names.push(`category:${known.category}`, `label:${label}`, `level:${risk}`);
  return { isKnown: true, traits, names };
}

function applyingRules(policy: Policy, tool: string, classes: Classes): Placed[] {
  const found: Placed[] = [];
  if (policy.all_tools) found.push({ at: '/all_tools', rule: policy.all_tools, allows: false });
  for (const [key, rule] of Object.entries(policy.tools ?? {})) {
    const allows = rule.action === undefined || rule.action === 'allow';
    if (nameMatches(key, tool)) found.push({ at: `/tools/${escaped(key)}`, rule, allows });
  }
  for (const [key, rule] of Object.entries(policy.classes ?? {})) {
    const allows = rule?.action === 'allow' && classes.isKnown;
    if (rule && classes.names.includes(key)) found.push({ at: `/classes/${key}`, rule, allows });
  }
  return found;
}

const escaped = (text: string) => text.split('~').join('~0').split('/').join('~1');

function nameMatches(name: string, tool: string): boolean {
  const star = name.indexOf('*');
  if (star === -1) return name === tool;
  if (name.slice(0, star) !== tool.slice(0, star)) return false;
  const tails = Array.from({ length: tool.length - star + 1 }, (_, skip) =>
    tool.slice(star + skip),
  );
  return tails.some((tail) => nameMatches(name.slice(star + 1), tail));
}

function judgeRule({ at, rule, allows }: Placed, args: JsonValue, notes: Notes): void {
  if (rule.action === 'deny') notes.deny.push(`${at}/action`);
  if (rule.action === 'approve') notes.ask.push(`${at}/action`);
  if (allows) notes.allow.push(rule.action ? `${at}/action` : at);
  rule.require?.forEach((condition, index) => {
    if (judge(condition, args, true) !== 'yes') notes.deny.push(`${at}/require/${index}`);
  });
  for (const field of ['deny_if', 'approve_if'] as const) {
    rule[field]?.forEach(({ conditions }, index) => {
      const answer = every(conditions.map((condition) => judge(condition, args, false)));
      const list = field === 'deny_if' || answer === 'error' ? notes.deny : notes.ask;
      if (answer === 'yes' || answer === 'error') list.push(`${at}/${field}/${index}`);
    });
  }
}

const first = (answers: Answer[], ...order: Answer[]) =>
  order.find((each) => answers.includes(each));
const every = (answers: Answer[]): Answer => first(answers, 'no', 'error', 'unknown') ?? 'yes';
const any = (answers: Answer[]): Answer => first(answers, 'yes', 'error', 'unknown') ?? 'no';
const yes = (is: boolean): Answer => (is ? 'yes' : 'no');
const SWAPPED = { yes: 'no', no: 'yes', unknown: 'unknown', error: 'error' } as const;

function judge(condition: Condition, args: JsonValue, isAll: boolean): Answer {
  if ('any' in condition) return any(condition.any.map((part) => judge(part, args, isAll)));
  if ('not' in condition) return SWAPPED[judge(condition.not, args, !isAll)];
  return walk(args, stepsOf(condition.path), condition, isAll);
}

function walk(value: Found, [step, ...rest]: Step[], test: ArgumentTest, isAll: boolean): Answer {
  if (step === undefined) return judgeValue(test, value);
  if (step !== null) return walk(property(value, step), rest, test, isAll);
  if (!Array.isArray(value)) return judgeValue(test, undefined);
  return (isAll ? every : any)(value.map((item) => walk(item, rest, test, isAll)));
}

function property(value: Found, name: string): Found {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** Property names, and `null` for every item. */
function stepsOf(path: string): Step[] {
  const parts = path.slice(4).matchAll(/\[\*\]|\.([^.[\]"'\s]+)|\[("(?:[^"\\]|\\.)*")\]/g);
  return [...parts].map(([, name, quoted]) => name ?? (quoted ? JSON.parse(quoted) : null));
}

const typeOf = (value: JsonValue) =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;

function judgeValue(test: ArgumentTest, found: Found): Answer {
  if (test.op === 'exists') return yes((found !== undefined) === (test.value ?? true));
  if (found === undefined) return 'unknown';
  const { op, value } = test;
  if (op === 'eq' || op === 'in') return isOneOf([value].flat(), found);
  if (op === 'neq' || op === 'not_in') return SWAPPED[isOneOf([value].flat(), found)];
  if (Array.isArray(found)) {
    if (op === 'max_items') return yes(found.length <= value);
    return op === 'contains' ? any(found.map((item) => isOneOf([value], item))) : 'unknown';
  }
  if (op === 'lt' || op === 'lte' || op === 'gt' || op === 'gte') {
    if (typeof found !== 'number' || !Number.isFinite(found))
      return typeof found === 'number' ? 'error' : 'unknown';
    return yes(found === value ? op.endsWith('e') : found < value === op.startsWith('l'));
  }
  return typeof found === 'string' ? judgeText(test, found) : 'unknown';
}

function isOneOf(values: JsonValue[], found: JsonValue): Answer {
  const ofItsType = values.filter((value) => typeOf(value) === typeOf(found));
  return ofItsType.length === 0 ? 'unknown' : yes(ofItsType.includes(found));
}

function judgeText({ op, value }: ArgumentTest, found: string): Answer {
  if (op === 'max_items' || (op === 'contains' && typeof value !== 'string')) return 'unknown';
  if (op === 'contains') return yes(found.indexOf(String(value)) >= 0);
  if (op === 'max_length') return yes([...found].length <= value);
  if (op === 'within') return isWithin(found, [value].flat());
  if (op === 'host_in') return isOnHost(found, [value].flat());
  const pattern = RE2JS.compile(String(value));
  if (found.length > Math.min(65_536, 1_000_000 / pattern.programSize())) return 'error';
  const matcher = pattern.matcher(found);
  return yes(op === 'matches' ? matcher.matches() : matcher.find());
}

function isWithin(text: string, folders: string[]): Answer {
  const inside = fourReadings(text)?.map((path, index) =>
    folders.some((folder) => liesIn(path, fourReadings(folder)?.[index] ?? '')),
  );
  return !inside ? 'error' : inside.every(Boolean) ? 'yes' : inside.some(Boolean) ? 'error' : 'no';
}

function fourReadings(text: string): string[] | undefined {
  try {
    const decoded = decodeURIComponent(text);
    const readings = [text, text.normalize('NFC'), decoded, decoded.normalize('NFC')];
    return decodeURIComponent(decoded) !== decoded || readings.some(isUnsafe)
      ? undefined
      : readings;
  } catch {
    return undefined;
  }
}

function isUnsafe(text: string): boolean {
  const parts = text.split('/');
  const isStripped = (part: string) => /^[. ]+$/.test(part) && part !== '.' && part !== '..';
  const isExpanded = /^[~$]/.test(text) || parts[0]?.includes(':') === true;
  return text === '' || isExpanded || parts.some(isStripped) || HIDDEN.test(text);
}
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\\]/u;

/** The segments of a path, with `..` in front where a relative one climbs above its start. */
function settled(path: string): string[] {
  return path.split('/').reduce<string[]>((kept, part) => {
    if (part === '' || part === '.') return kept;
    if (part !== '..') return [...kept, part];
    const isAtStart = kept.length === 0 || kept.at(-1) === '..';
    return isAtStart ? (path.startsWith('/') ? [] : [...kept, '..']) : kept.slice(0, -1);
  }, []);
}

function liesIn(path: string, folder: string): boolean {
  const [inner, outer] = [settled(path), settled(folder)];
  if (inner[0] === '..' || path.startsWith('/') !== folder.startsWith('/')) return false;
  return outer.every((part, index) => inner[index] === part);
}

function isOnHost(text: string, entries: string[]): Answer {
  const shape = /^(https?|wss?):\/\/([^/?#:@]+|\[[^\]]*\])(:[1-9]\d{0,4})?(\/.*|[?#][^@]*)?$/is;
  const [, scheme = '', written = '', port] = shape.exec(text) ?? [];
  if (!written || /[\s\p{Z}]/u.test(text) || HIDDEN.test(text) || !URL.canParse(text))
    return 'error';
  const { hostname } = new URL(text);
  const [labels, read] = [written.toLowerCase().split('.'), hostname.split('.')];
  const isRead = (label: string, index: number) =>
    /^[\x21-\x7e]*$/.test(label) ? label === read[index] : read[index]?.startsWith('xn--');
  if (labels.length !== read.length || !labels.every(isRead) || hostname.endsWith('.'))
    return 'error';
  const ownPort = /s$/i.test(scheme) ? ':443' : ':80';
  return yes(
    entries.some((entry) => {
      const [, star, name, wanted] = /^(\*\.)?(.*?)(:\d+)?$/.exec(entry) ?? [];
      const target = new URL(`http://${name}`).hostname;
      const isHost = star ? hostname.endsWith(`.${target}`) : hostname === target;
      return isHost && (port ?? ownPort) === (wanted ?? ownPort);
    }),
  );
}

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, s: 1, m: 60, h: 3600, d: 86_400 };
const secondsOf = (name: string) => (SECONDS as Record<string, number>)[name];
const lengthOf = (text: string) =>
  1000 * (secondsOf(text) ?? Number.parseInt(text, 10) * (secondsOf(text.slice(-1)) ?? Number.NaN));
const plus = (a: number, b: number) =>
  Number.isSafeInteger(a + b) ? a + b : Number((a + b).toPrecision(15));

function judgeLimits(rules: Placed[], call: RecordedCall, charges: Past[], { deny }: Notes) {
  const limits = rules.flatMap(({ at, rule: { limits = [], rate_limit: short } }) => {
    const listed = limits.map((limit, index) => meet(limit, `${at}/limits/${index}`, call));
    const last = short && { max: short.max, window: `${short.window}s` };
    const place = `${at}/limits/${limits.length}`;
    return last ? [...listed, { ...meet(last, place, call), at: `${at}/rate_limit` }] : listed;
  });
  for (const { at, amount } of limits) if (amount === undefined) deny.push(at);
  const now = Math.max(call.at, ...charges.map(({ at }) => at));
  const met = [...Map.groupBy(limits, ({ key }) => key)].map(([key, same]): Charge => {
    const windowMs = same[0]?.windowMs ?? 0;
    const charged = Math.max(...same.map(({ amount }) => amount ?? 0));
    const seen = charges.filter((past) => past.key === key && past.at > now - windowMs);
    const used = seen.reduce((sum, { amount }) => plus(sum, amount), 0);
    for (const { at, max } of same) if (plus(used, charged) > max) deny.push(at);
    return { key, charged, used, max: Math.min(...same.map(({ max }) => max)), windowMs };
  });
  return { met, now };
}

function meet(
  { window, max, scope = 'grant', counter, sum }: Limit,
  at: string,
  call: RecordedCall,
) {
  const windowMs = lengthOf(window);
  const grant = scope === 'server' ? [] : [call.grant ?? 'local'];
  const session = scope === 'session' && call.session !== undefined ? [call.session] : [];
  const name = counter === undefined ? `rule:${at}` : `counter:${counter}`;
  const key = JSON.stringify([call.server, ...grant, ...session, name, windowMs]);
  const amount = sum === undefined ? 1 : amountAt(call.arguments ?? {}, stepsOf(sum));
  return { at, key, amount, max, windowMs };
}

function amountAt(value: Found, [step, ...rest]: Step[]): number | undefined {
  if (typeof step === 'string') return amountAt(property(value, step), rest);
  if (step === undefined)
    return typeof value === 'number' && value >= 0 && value < Infinity
      ? Math.abs(value)
      : undefined;
  if (!Array.isArray(value)) return undefined;
  const sum = value.reduce<number>(
    (total, item) => plus(total, amountAt(item, rest) ?? Number.NaN),
    0,
  );
  return Number.isFinite(sum) ? sum : undefined;
}

function judgeFlows(
  { flows = [] }: Policy,
  at: number,
  classes: Classes,
  marks: Mark[],
  notes: Notes,
) {
  for (const [index, { after, within, then, action }] of flows.entries()) {
    const lasts = after.traits.map((trait) => marks.findLast((mark) => mark.trait === trait));
    const came = lasts.every((last) => last !== undefined && at - last.at < lengthOf(within));
    const applies = then.traits.some((trait) => classes.names.includes(`trait:${trait}`));
    if (came && applies) (action === 'deny' ? notes.deny : notes.ask).push(`/flows/${index}`);
  }
}
