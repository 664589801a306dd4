import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import type { Charge } from '@toolwarden/policy';
import type { CallEntry, Note, Outcome, Recorded } from '../state/state.ts';
import type { ChargedCall, GivenBack } from '../state/window-counters.ts';

/** Texts of clients and servers are bounded, so that they cannot fill the audit. */
const LONGEST_TEXT = 256;
const LONGEST_WHOLE = 65_536;
const GIVEN_BACK = 'charge-given-back';

/**
 * What a decision's record holds, as JSON. Arguments are only a keyed hash, and the fields that the settings name. Put
 * together from pieces that are printed once, because a call waits for it.
 */
export function decisionRecord(
  entry: CallEntry,
  { decision, approvalId }: Recorded,
  argumentHash: string,
  fields: readonly string[],
): string {
  const { session, definitionDigest } = entry;
  let text = `{"kind":"decision","at":${finite(entry.at)},"call":${JSON.stringify(entry.callId)}`;
  text += `,"method":${quoted(entry.method)},"server":${quoted(entry.server)}`;
  text += `,"tool":${quoted(entry.tool)},"grant":${quoted(entry.grant)}`;
  if (session !== undefined) text += `,"session":${quoted(session)}`;
  if (definitionDigest !== undefined) text += `,"definition":${quoted(definitionDigest)}`;
  text += `,"arguments":"${argumentHash}"`;
  if (fields.length > 0) {
    text += `,"fields":${JSON.stringify(chosenFields(entry.arguments, fields))}`;
  }
  text += `,"effect":"${decision.effect}"`;
  if (entry.isObserved) text += ',"observed":true';
  text += `,"rules":${list(decision.rules, JSON.stringify)}`;
  text += `,"reason":${JSON.stringify(decision.reason)}`;
  if (approvalId !== undefined) text += `,"approval":${JSON.stringify(approvalId)}`;
  if (decision.shadow !== undefined) text += `,"shadow":${JSON.stringify(decision.shadow)}`;
  return `${text},"counters":${list(decision.counters, counterText)},"policy":${quoted(decision.policyDigest)}}`;
}

function counterText({ key, charged, used, max, windowMs }: Charge): string {
  const amounts = `"charged":${finite(charged)},"used":${finite(used)},"max":${finite(max)}`;
  return `{"key":${JSON.stringify(key)},${amounts},"windowMs":${windowMs}}`;
}

function list<Item>(items: readonly Item[], print: (item: Item) => string): string {
  let text = '';
  for (const item of items) text += text === '' ? print(item) : `,${print(item)}`;
  return `[${text}]`;
}

const finite = (value: number) => (Number.isFinite(value) ? String(value) : 'null');

// Names come again and again; a client that makes ever new ones up only empties this.
const MOST_QUOTED = 1000;
const quotedTexts = new Map<string, string>();

/** A text as JSON, bounded. */
function quoted(text: string): string {
  const known = quotedTexts.get(text);
  if (known !== undefined) return known;
  const made = JSON.stringify(clip(text));
  if (text.length > LONGEST_TEXT) return made;
  if (quotedTexts.size >= MOST_QUOTED) quotedTexts.clear();
  quotedTexts.set(text, made);
  return made;
}

/** That a call which certainly never left gets back what it was charged. */
export function givenBackRecord(call: string, at: number): object {
  return { kind: GIVEN_BACK, at, call };
}

/** What a stored record charges or gives back: the counters are made from the decisions themselves. */
export function chargesIn(body: string, at: number): ChargedCall | GivenBack {
  const { kind, call, counters } = JSON.parse(body) as {
    kind: string;
    call: string;
    counters: Charge[];
  };
  if (kind === GIVEN_BACK) return { at, givesBack: call };
  return { at, call, charges: counters.filter(({ charged }) => charged > 0) };
}

/** What became of a call. */
export function outcomeRecord(call: string, at: number, outcome: Outcome): object | string {
  if (outcome.kind === 'answered') {
    // What becomes of nearly every call.
    const isError = outcome.isError === true ? ',"isError":true' : '';
    const start = `{"kind":"outcome","at":${finite(at)},"call":${JSON.stringify(call)}`;
    return `${start},"outcome":"answered","bytes":${outcome.bytes}${isError}}`;
  }
  const { kind, ...more } = outcome;
  const { reason } = more as { reason?: string };
  return {
    kind: 'outcome',
    at,
    call,
    outcome: kind,
    ...more,
    reason: reason === undefined ? undefined : clip(reason),
  };
}

/** Something other than a call; its detail is whatever a client or server said, so it is bounded. */
export function noteRecord({ at, kind, server, grant, detail }: Note): object {
  const bounded = Object.entries(detail)
    .slice(0, 16)
    .map(([key, value]) => [clip(key), typeof value === 'string' ? clip(value) : value]);
  return {
    kind,
    at,
    server: clip(server),
    grant: clip(grant),
    detail: Object.fromEntries(bounded),
  };
}

function clip(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

/** `args.a.b` of the arguments, for each path (`args` is all of them): texts bounded, numbers and booleans as they are, else what kind it is. */
function chosenFields(args: JsonObject, paths: readonly string[]): JsonObject {
  return Object.fromEntries(
    paths.flatMap((path) => {
      if (path === 'args') return [[path, whole(args)]];
      const value = valueAt(args, path.split('.').slice(1));
      return value === undefined ? [] : [[path, plain(value)]];
    }),
  );
}

function valueAt(args: JsonObject, names: string[]): JsonValue | undefined {
  return names.reduce<JsonValue | undefined>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as JsonObject)[name]
        : undefined,
    args,
  );
}

/** All arguments, where they are no longer than a record may be. */
function whole(args: JsonObject): JsonValue {
  return JSON.stringify(args).length <= LONGEST_WHOLE ? args : '(too long)';
}

function plain(value: JsonValue): JsonValue {
  if (typeof value === 'string') return clip(value);
  if (Array.isArray(value)) return `(list of ${value.length})`;
  return typeof value === 'object' && value !== null ? '(object)' : value;
}
