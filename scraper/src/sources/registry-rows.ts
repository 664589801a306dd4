import {
  isJsonObject,
  own,
  type PackageSource,
  parseServerId,
  type RemoteSource,
  type ServerSource,
} from '@toolwarden/catalogue';
import { argumentsOf, field, listIn, remoteOf, textIn, variablesOf } from './registry-inputs.ts';

/** One row of a registry as something to crawl. */
export type RegistryRow =
  | { ok: true; source: ServerSource; isDeleted: boolean; place: RowPlace }
  | { ok: false; name: string; message: string };

/** What decides between two rows of one server. */
type RowPlace = { isLatest: boolean; version: string; publishedAt: string };

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const REGISTRIES = ['npm', 'pypi', 'oci'] as const;

/** Reads one row; kinds of packages that we know nothing of are left out, and so is a row that has nothing else. */
export function readRow(row: unknown): RegistryRow {
  const server = own(row, 'server') ?? row;
  const name = textIn(server, 'name', 300) ?? '';
  const parsed = parseServerId(`registry:${name}`);
  if (!parsed.ok) return { ok: false, name, message: parsed.problem };
  const packages = distinct(
    listIn(server, 'packages', 50).flatMap((one) => packageOf(one) ?? []),
  ).sort(byRegistry);
  const [first] = packages;
  const remotes = distinct(listIn(server, 'remotes', 50).flatMap((one) => remoteOf(one) ?? []));
  const official = own(own(row, '_meta'), OFFICIAL) ?? own(row, '_meta');
  const status = textIn(official, 'status') ?? textIn(server, 'status');
  const version = textIn(server, 'version', 255) ?? '';
  if (packages.length + remotes.length === 0 && status !== 'deleted')
    return { ok: false, name, message: `${parsed.id}: no package or address that can be crawled` };
  const links = linksOf(server);
  return {
    ok: true,
    source: {
      id: parsed.id,
      // The version of what is started first: that of the entry itself may be another.
      ...(first?.version && { version: first.version }),
      ...(packages.length > 0 && { packages }),
      ...(remotes.length > 0 && { remotes }),
      ...(status === 'deprecated' || status === 'deleted' ? { status } : {}),
      ...(Object.keys(links).length > 0 && { links }),
    },
    isDeleted: status === 'deleted',
    place: {
      isLatest: field(official, 'isLatest') === true,
      version,
      publishedAt: textIn(official, 'publishedAt') ?? '',
    },
  };
}

/** Of several versions of a server the one that counts, whatever order they came in. */
export function newestRows(rows: RegistryRow[]): Map<string, RegistryRow & { ok: true }> {
  const newest = new Map<string, RegistryRow & { ok: true }>();
  for (const row of rows) {
    if (!row.ok) continue;
    const known = newest.get(row.source.id);
    if (known === undefined || isNewer(row.place, known.place)) newest.set(row.source.id, row);
  }
  return newest;
}

function isNewer(a: RowPlace, b: RowPlace): boolean {
  if (a.isLatest !== b.isLatest) return a.isLatest;
  const [x, y] = [numbersOf(a.version), numbersOf(b.version)];
  if ((x === undefined) !== (y === undefined)) return x !== undefined;
  if (x === undefined || y === undefined) return a.publishedAt > b.publishedAt;
  for (const [index, number] of x.numbers.entries()) {
    const other = y.numbers[index] as number;
    if (number !== other) return number > other;
  }
  // A release is newer than what was released to try it.
  if ((x.prerelease === '') !== (y.prerelease === '')) return x.prerelease === '';
  return x.prerelease.localeCompare(y.prerelease, 'en', { numeric: true }) > 0;
}

function numbersOf(version: string): { numbers: number[]; prerelease: string } | undefined {
  const found =
    /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([\w.-]{1,100}))?(?:\+[\w.-]{1,100})?$/.exec(version);
  if (!found) return undefined;
  return { numbers: found.slice(1, 4).map(Number), prerelease: found[4] ?? '' };
}

function packageOf(entry: unknown): PackageSource | undefined {
  const registry = REGISTRIES.find((one) => one === textIn(entry, 'registryType')?.toLowerCase());
  const name = textIn(entry, 'identifier', 500) ?? textIn(entry, 'name', 500);
  if (registry === undefined || name === undefined) return undefined;
  // The grammar of each registry is checked again where a command line is made of it.
  if (registry === 'npm' && !parseServerId(`npm:${name}`).ok) return undefined;
  const version = textIn(entry, 'version', 255);
  const isExact =
    version !== undefined && /^[0-9A-Za-z][\w.+!-]*$/.test(version) && version !== 'latest';
  return {
    registry,
    name,
    ...(isExact && { version }),
    ...argumentsOf(entry),
    ...variablesOf(entry),
  };
}

/** What needs least to be started comes first. */
function byRegistry(a: PackageSource, b: PackageSource): number {
  return REGISTRIES.indexOf(a.registry) - REGISTRIES.indexOf(b.registry);
}

/** One package may be listed once for each of its transports. */
function distinct<Item extends PackageSource | RemoteSource>(items: Item[]): Item[] {
  const key = (item: Item) =>
    'registry' in item
      ? `${item.registry} ${item.name} ${item.version ?? ''}`
      : `${item.url} ${item.transport ?? ''}`;
  return [...new Map(items.toReversed().map((item) => [key(item), item])).values()].reverse();
}

function linksOf(server: unknown): NonNullable<ServerSource['links']> {
  const repository = field(server, 'repository');
  const [homepage, code] = [
    textIn(server, 'websiteUrl'),
    isJsonObject(repository) ? textIn(repository, 'url') : undefined,
  ].map((link) =>
    link && URL.canParse(link) && new URL(link).protocol === 'https:' ? link : undefined,
  );
  return { ...(homepage && { homepage }), ...(code && { repository: code }) };
}
