import { parseServerId, type ServerId, sha256Hex } from '@toolwarden/catalogue';

/** Who publishes a server, as its address says: an npm scope, a registry's namespace, a host. */
export function publisherOf(id: ServerId): string | undefined {
  const parsed = parseServerId(id);
  if (!parsed.ok) return undefined;
  const { origin, identifier } = parsed;
  // A package without a scope and a local configuration say nobody.
  if (origin === 'config' || (origin === 'npm' && !identifier.startsWith('@'))) return undefined;
  return identifier.split('/')[0];
}

/** A name as a part of an address, unique when lower-cased: what cannot be read back from it has a hash. */
export function termSlug(name: string): string {
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  if (/^@?[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && name.length <= 60) return name;
  return `${readable || 'unnamed'}~${sha256Hex(name).slice(0, 8)}`;
}
