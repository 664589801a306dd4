import { sha256Hex } from './digest.ts';
import type { ServerId } from './server-id.ts';

/** In characters and bytes, as all of them are ASCII: short enough for any file system with a suffix. */
const MAX_SLUG_LENGTH = 80;
/** Of a hash, with its `~`. */
const SERVER_HASH = 17;
/** Names that some file systems keep for devices, and suffixes that the twins of a page use. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d|index)$|\.(json|md|html|svg)$/;

/**
 * The server's part of URLs and file names: `npm:@iterable/mcp` → `npm__iterable__mcp`.
 * A pure function of the id, so a page never moves because another server came; an id that does not map back
 * without loss gets `~` and sixteen digits of its hash, and `~` stands in no other slug.
 */
export function serverSlug(id: ServerId): string {
  const [origin, rest] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  const readable = rest.replace(/^@/, '').replace('/', '__');
  const isScoped = rest.startsWith('@') && origin === 'npm';
  // INVARIANT: only an npm scope or a registry namespace gives `__`; so a plain slug has one id.
  const parts = readable.split('__');
  const isLossless =
    /^[a-z0-9._-]+$/.test(readable) &&
    !/^[._-]|[._-]$|__[._-]/.test(readable) &&
    !RESERVED.test(readable) &&
    rest.startsWith('@') === isScoped &&
    parts.length === (rest.includes('/') ? 2 : 1) &&
    (origin !== 'npm' || rest.includes('/') === isScoped) &&
    readable.length <= MAX_SLUG_LENGTH - origin.length - 2;
  if (isLossless) return `${origin}__${readable}`;
  const start = tidy(rest, MAX_SLUG_LENGTH - origin.length - 2 - SERVER_HASH);
  return `${origin}__${withHash(start, id, SERVER_HASH - 1)}`;
}

/**
 * URL parts for the tools of one server: unique when lower-cased, the same whatever the order of the names.
 * `send_campaign` stays as it is, `getUser` becomes `get-user`; where two would meet, those that are not the
 * slug's own spelling get a hash.
 */
export function toolSlugs(names: Iterable<string>): Map<string, string> {
  const plain = new Map([...new Set(names)].map((name) => [name, kebab(name)]));
  const uses = countValues(plain.values());
  const hashed = new Map(
    [...plain].map(([name, slug]) => {
      const isAlone = uses.get(slug) === 1 || slug === name;
      const isSafe = isReadable(slug) && /^[\x20-\x7e]*$/.test(name);
      return [name, isAlone && isSafe ? slug : withHash(tidy(slug), name, 8)];
    }),
  );
  // Two names with equal short hashes can be made on purpose, and one page must not hide another.
  const again = countValues(hashed.values());
  return new Map(
    [...hashed].map(([name, slug]) => [
      name,
      again.get(slug) === 1 ? slug : `tool~${sha256Hex(name)}`,
    ]),
  );
}

function countValues(values: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function isReadable(slug: string): boolean {
  return (
    /^[a-z0-9][a-z0-9_-]*$/.test(slug) && !RESERVED.test(slug) && slug.length <= MAX_SLUG_LENGTH
  );
}

function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function tidy(text: string, max = 60): string {
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
  return readable.slice(0, max) || 'unnamed';
}

function withHash(readable: string, exact: string, digits: number): string {
  return `${readable}~${sha256Hex(exact).slice(0, digits)}`;
}
