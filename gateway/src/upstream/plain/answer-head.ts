/** The first lines of an answer: what follows them rests on these alone. */
export type AnswerHead = {
  status: number;
  isFirstVersion: boolean;
  headers: ReadonlyMap<string, string>;
};

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const MOST_LINES = 2_000;
/** All others are checked and forgotten. */
const KEPT = new Set([
  ...['content-type', 'content-length', 'transfer-encoding'],
  ...['connection', 'keep-alive', 'mcp-session-id'],
]);

/**
 * Reads a head without its last empty line; `undefined` where it is none. What two readers could read differently is
 * none: a line end that is not CR LF, a line that goes on in the next, a space before the colon.
 */
export function readHead(text: string): AnswerHead | undefined {
  const first = text.indexOf('\r\n');
  const line = STATUS_LINE.exec(first === -1 ? text : text.slice(0, first));
  if (line === null) return undefined;
  const headers = new Map<string, string>();
  let lines = 0;
  for (let at = first; at !== -1; ) {
    const next = text.indexOf('\r\n', at + 2);
    const header = text.slice(at + 2, next === -1 ? text.length : next);
    at = next;
    const colon = header.indexOf(':');
    if (colon === -1 || ++lines > MOST_LINES) return undefined;
    const name = header.slice(0, colon);
    if (!NAME.test(name) || NOT_IN_A_VALUE.test(header)) return undefined;
    const key = name.toLowerCase();
    if (!KEPT.has(key)) continue;
    const value = withoutBlanks(header.slice(colon + 1));
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(line[2]), isFirstVersion: line[1] === '0', headers };
}

/** How the end of a body is known: by its length, by its chunks, or by the end of the connection. */
export type Framing = { kind: 'length'; bytes: number } | { kind: 'chunks' } | { kind: 'end' };

const NOTHING: Framing = { kind: 'length', bytes: 0 };

/** `undefined` where a head says it in two ways, or in one that we do not know. */
export function framingOf({ status, isFirstVersion, headers }: AnswerHead): Framing | undefined {
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (length !== undefined && (coding !== undefined || !/^\d{1,15}$/.test(length)))
    return undefined;
  if (coding !== undefined && (isFirstVersion || coding.toLowerCase() !== 'chunked')) {
    return undefined;
  }
  if (status === 204 || status === 304) return NOTHING;
  if (coding !== undefined) return { kind: 'chunks' };
  return length === undefined ? { kind: 'end' } : { kind: 'length', bytes: Number(length) };
}

/** How long a server says it keeps the connection when nobody uses it: 0 where it does not, `undefined` where it says nothing. */
export function keptMs({ isFirstVersion, headers }: AnswerHead): number | undefined {
  const connection = headers.get('connection');
  if (
    isFirstVersion ||
    (connection !== undefined && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection))
  )
    return 0;
  const timeout = /^timeout=(\d{1,9})/.exec(headers.get('keep-alive') ?? '')?.[1];
  return timeout === undefined ? undefined : Number(timeout) * 1_000;
}

/** JavaScript's own trimming takes more than blanks and tabs. */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t';
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}
