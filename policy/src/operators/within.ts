import type { JsonValue } from '@toolwarden/catalogue';
import { type Truth, truthOf } from '../truth.ts';
import { defineOperator, type Zod } from './operator.ts';

/** True for a folder that every reader takes for the same one. */
export const isRoot = (text: string) =>
  readings(text)?.every(({ segments }) => segments !== undefined) === true;

const rootSchema = (z: Zod) =>
  z.string().min(1).max(4096).refine(isRoot, {
    error: 'expected a folder such as /srv/data or docs, without .. above it, backslash or %',
  });

export const within = defineOperator({
  id: 'within',
  meaning:
    'A path inside one of the folders, after normalising `.`, `..`, `//`, percent-coding and Unicode forms.',
  value: (z) => z.union([rootSchema(z), z.array(rootSchema(z)).min(1).max(1000)]),
  words: (value) => `must be a path within ${[value].flat().join(' or ')}`,
  compile: (value) => {
    const roots = [value].flat().map((root) => readings(root) as Reading[]);
    return (subject) => isWithin(subject, roots);
  },
});

/** A path as one kind of server would read it; without segments where it climbs above its start. */
type Reading = { isAbsolute: boolean; segments: string[] | undefined };

function isWithin(subject: JsonValue, roots: readonly Reading[][]): Truth {
  if (typeof subject !== 'string') return 'unknown';
  const paths = readings(subject);
  if (paths === undefined) return 'error';
  const answers = paths.map((path, index) =>
    roots.some((root) => lies(path, root[index] as Reading)),
  );
  // A path that is inside for one reader and outside for another is neither.
  const [first] = answers;
  return answers.every((answer) => answer === first) ? truthOf(first === true) : 'error';
}

function lies(path: Reading, root: Reading): boolean {
  const { segments } = path;
  if (path.isAbsolute !== root.isAbsolute || segments === undefined) return false;
  return root.segments?.every((segment, index) => segments[index] === segment) === true;
}

// What some servers expand and others do not: home folders, variables, drives and URLs in front, backslashes and
// control characters anywhere, segments of dots and spaces that a file system may strip (`.. `, `...`).
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\\]/u;
const UNREADABLE_SEGMENT = /^(?!\.{1,2}$)[. ]+$/;
const EXPANDED_START = /^([~$]|[^/]*:)/;

/**
 * How servers may read a path: as it stands, in composed Unicode form, and each with percent-coding undone.
 * `undefined` where the path cannot be read safely at all.
 */
function readings(text: string): Reading[] | undefined {
  const decoded = decodeOnce(text);
  if (text === '' || decoded === undefined) return undefined;
  const texts = [text, text.normalize('NFC'), decoded, decoded.normalize('NFC')];
  if (texts.some(isUnreadable)) return undefined;
  // Coding that remains after one decoding would be undone by the next reader.
  return decodeOnce(decoded) === decoded ? texts.map(normalise) : undefined;
}

function isUnreadable(text: string): boolean {
  if (UNREADABLE.test(text) || EXPANDED_START.test(text)) return true;
  return text.split('/').some((segment) => UNREADABLE_SEGMENT.test(segment));
}

function decodeOnce(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function normalise(text: string): Reading {
  const segments: string[] = [];
  let isAbove = false;
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) isAbove = true;
  }
  const isAbsolute = text.startsWith('/');
  // Above an absolute root there is only the root; above a relative start there is what nobody named.
  return { isAbsolute, segments: isAbove && !isAbsolute ? undefined : segments };
}
