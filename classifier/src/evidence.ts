import {
  type Evidence,
  isJsonObject,
  type JsonValue,
  pointerSegments,
  resolvePointer,
  type ServerWords,
  type ToolDefinition,
} from '@toolwarden/catalogue';

/** Longest quote; shorter spans are preferred wherever one carries the fact. */
const MAX_QUOTE = 160;

/** Whether a quote stands where it says: in a string, as the text of a number or boolean, or as an object's key. */
export function isVerbatim(
  { pointer, quote }: Pick<Evidence, 'pointer' | 'quote'>,
  tool: ToolDefinition,
  server?: ServerWords,
): boolean {
  if (quote === '' || quote.length > MAX_QUOTE) return false;
  if (pointer === '/server/name') return server?.name.includes(quote) === true;
  if (pointer === '/server/description') return server?.description?.includes(quote) === true;
  const value = resolvePointer(tool, pointer);
  if (value === undefined) return false;
  if (typeof value === 'string' && value.includes(quote)) return true;
  if ((typeof value === 'number' || typeof value === 'boolean') && JSON.stringify(value) === quote)
    return true;
  return isKey(tool, pointer, quote);
}

function isKey(tool: ToolDefinition, pointer: string, quote: string): boolean {
  const segments = pointerSegments(pointer);
  const last = segments?.at(-1);
  if (last === undefined || last !== quote) return false;
  const cut = pointer.lastIndexOf('/');
  const parent: JsonValue | undefined = resolvePointer(tool, pointer.slice(0, cut));
  return isJsonObject(parent) && Object.hasOwn(parent, quote);
}

/** Splits evidence into what is really there and what is not. */
export function verifyEvidence(
  evidence: readonly Evidence[],
  tool: ToolDefinition,
  server?: ServerWords,
): { kept: Evidence[]; dropped: Evidence[] } {
  const kept: Evidence[] = [];
  const dropped: Evidence[] = [];
  for (const item of evidence) (isVerbatim(item, tool, server) ? kept : dropped).push(item);
  return { kept, dropped };
}

/** A quote cut at a word so that it is no longer than allowed, and never in the middle of a character. */
export function shorten(quote: string): string {
  if (quote.length <= MAX_QUOTE) return quote;
  const cut = quote.lastIndexOf(' ', MAX_QUOTE);
  const short = quote.slice(0, cut > 40 ? cut : MAX_QUOTE);
  return /[\uD800-\uDBFF]$/.test(short) ? short.slice(0, -1) : short;
}
