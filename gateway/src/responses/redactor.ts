import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import type { ResponseRule } from '@toolwarden/policy';
import { RE2JS } from 're2js';
import { GatewayError } from '../gateway-error.ts';
import { type Found, loadSecretFinder, type SecretFinder } from './find-secrets.ts';
import { mapTexts } from './map-texts.ts';

/** Takes out of a value what must not be passed on. @throws RangeError for what cannot be looked through. */
export type Redactor = (value: JsonValue) => Promise<JsonValue>;

const REDACTED = '[redacted]';
// Between the texts of a result, so that nothing is found over the end of one: a line of its own with what no text holds.
const BETWEEN = '\n\u0000\n';
// Steps are instructions × characters; a result that needs more is withheld rather than looked through in part.
const MOST_STEPS = 20_000_000;

type Entry = NonNullable<ResponseRule['redact']>[number];

/** Prepares what a rule takes out; whatever it needs is loaded now, and a pattern that cannot be used is refused now. */
export async function createRedactor(entries: readonly Entry[]): Promise<Redactor> {
  const patterns = entries.filter((entry) => typeof entry === 'string').map(compile);
  const presets = entries.filter((entry) => typeof entry !== 'string');
  const find = presets.length > 0 ? await loadSecretFinder() : undefined;
  // Where one rule lets a text be and another does not, it is taken out.
  const allowing = presets.map(({ allow = [] }) => allow.map(compile));
  const isAllowed = (text: string) =>
    allowing.length > 0 && allowing.every((list) => list.some((each) => each.testExact(text)));
  return async (value) => {
    const changed = mapTexts(value, (text) => patterns.reduce(replaceAll, text));
    return find === undefined ? changed : withoutSecrets(changed, find, isAllowed);
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('policy-invalid', `redact: ${JSON.stringify(pattern)}: ${why}`, {
      cause,
    });
  }
}

function replaceAll(text: string, pattern: RE2JS): string {
  if (text.length * pattern.programSize() > MOST_STEPS) {
    throw new RangeError('a text in it is too long for the patterns of the policy');
  }
  return pattern.matcher(text).replaceAll(() => REDACTED);
}

/** Looks once through all texts together: the library's cost is by the look, not by the length. */
async function withoutSecrets(
  value: JsonValue,
  find: SecretFinder,
  isAllowed: (text: string) => boolean,
): Promise<JsonValue> {
  const texts: string[] = [];
  mapTexts(value, (text) => {
    texts.push(text);
    return String(texts.length);
  });
  const starts: number[] = [];
  let length = 0;
  for (const text of texts) {
    starts.push(length);
    length += text.length + BETWEEN.length;
  }
  const whole = texts.join(BETWEEN);
  const found = merged(await find(whole)).filter(
    ({ start, end }) => !isAllowed(whole.slice(start, end)),
  );
  const named = passwordsIn(value);
  if (found.length === 0 && named.size === 0) return value;
  let index = -1;
  return mapTexts(value, (text, key) => {
    index++;
    if (key !== undefined && named.has(text) && isPasswordKey(key) && !isAllowed(text))
      return REDACTED;
    const start = starts[index] ?? 0;
    const inside = found.filter((each) => each.start < start + text.length && each.end > start);
    return inside.reduceRight((kept, each) => {
      const [from, to] = [Math.max(each.start - start, 0), Math.min(each.end - start, text.length)];
      return `${kept.slice(0, from)}${REDACTED}${kept.slice(to)}`;
    }, text);
  });
}

/** Sorted, and without overlaps. */
function merged(found: Found[]): Found[] {
  const kept: Found[] = [];
  for (const each of found.toSorted((a, b) => a.start - b.start)) {
    const last = kept.at(-1);
    if (last && each.start <= last.end) last.end = Math.max(last.end, each.end);
    else kept.push({ ...each });
  }
  return kept;
}

const isPasswordKey = (key: string) =>
  /^(?:db_?|user_?)?(?:password|passwd|passphrase|client_?secret)$/i.test(key);

/** In a field that is called so, any text is one, however simple. */
function passwordsIn(value: JsonValue): Set<string> {
  const texts = new Set<string>();
  const look = (inner: JsonValue) => {
    if (Array.isArray(inner)) inner.forEach(look);
    if (!isJsonObject(inner)) return;
    for (const [key, each] of Object.entries(inner)) {
      if (typeof each === 'string' && each !== '' && isPasswordKey(key)) texts.add(each);
      else look(each);
    }
  };
  look(value);
  return texts;
}
