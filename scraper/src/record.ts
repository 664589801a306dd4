import {
  type Configuration,
  type CrawlOutcome,
  instructionsDigest,
  isJsonObject,
  own,
  type RecordedTool,
  type ServerRecord,
  type ServerSource,
  toolDigest,
} from '@toolwarden/catalogue';
import type { Listing } from './listing.ts';
import type { Installed } from './npm/install.ts';

type Problem = { reason: NonNullable<ServerRecord['reason']>; detail: string };
type Finding = NonNullable<ServerRecord['findings']>[number];

/** The record of a crawl that gave a listing, whole or not. */
export function recordOf(
  base: { source: ServerSource; installed: Installed | undefined; bin: string | undefined },
  listing: Listing,
  configuration: Configuration,
  help: string[],
  problem: Problem | undefined,
): ServerRecord {
  const tools = recordedTools(listing, configuration.name);
  const findings = [...listing.findings, ...nameFindings(listing.tools.map(({ name }) => name))];
  const { instructions } = listing;
  return {
    ...aboutPackage(base.source, base.installed, base.bin),
    outcome: problem === undefined ? 'complete' : 'partial',
    ...(problem && { reason: problem.reason, detail: problem.detail }),
    ...(listing.serverInfo && { serverInfo: listing.serverInfo }),
    ...(listing.protocolVersion && { protocolVersion: listing.protocolVersion }),
    ...(listing.capabilities && { capabilities: listing.capabilities }),
    ...(instructions !== undefined && {
      instructions,
      instructionsDigest: listing.instructionsDigest ?? instructionsDigest(instructions),
    }),
    configurations: [configuration],
    tools,
    ...(listing.prompts && { prompts: listing.prompts }),
    ...(listing.resources && { resources: listing.resources }),
    ...(listing.resourceTemplates && { resourceTemplates: listing.resourceTemplates }),
    ...(listing.truncated.length > 0 && { truncated: listing.truncated }),
    ...(findings.length > 0 && { findings }),
    ...(help.length > 0 && { help }),
  };
}

/** The record of a crawl that gave none. */
export function failedRecord(
  base: { source: ServerSource; installed: Installed | undefined; bin: string | undefined },
  problem: Problem,
  version: string,
): ServerRecord {
  return {
    ...aboutPackage(base.source, base.installed, base.bin),
    version: base.installed?.version ?? version,
    outcome: 'failed',
    ...problem,
    configurations: [],
    tools: [],
  };
}

type Extent = Pick<ServerRecord, 'outcome'> & { tools: unknown[] };

/** Whether a new record may take an older one's place: less never replaces more. */
export function mayReplace(earlier: Extent | undefined, now: Extent): boolean {
  if (earlier === undefined) return true;
  const rank: Record<CrawlOutcome, number> = { failed: 0, partial: 1, complete: 2 };
  if (rank[now.outcome] !== rank[earlier.outcome]) return rank[now.outcome] > rank[earlier.outcome];
  return now.outcome !== 'partial' || now.tools.length >= earlier.tools.length;
}

/** The tools of a listing as a record keeps them: once each, by name. */
export function recordedTools(listing: Listing, configuration: string): RecordedTool[] {
  const byDigest = new Map<string, RecordedTool>();
  for (const definition of listing.tools) {
    const digest = listing.servedDigests?.get(definition) ?? toolDigest(definition);
    byDigest.set(digest, { definition, digest, configurations: [configuration] });
  }
  const key = ({ definition, digest }: RecordedTool) => [definition.name, digest] as const;
  return [...byDigest.values()].sort((left, right) => {
    const [a, b] = [key(left), key(right)];
    return a[0] === b[0] ? compare(a[1], b[1]) : compare(a[0], b[0]);
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The protocol's own advice for names; others exist, and some clients refuse them. */
const NAME_GRAMMAR = /^[A-Za-z0-9_.-]{1,128}$/;

function nameFindings(names: string[]): Finding[] {
  const findings: Finding[] = [];
  const exact = new Map<string, number>();
  const folded = new Map<string, Set<string>>();
  for (const name of names) {
    exact.set(name, (exact.get(name) ?? 0) + 1);
    const key = fold(name);
    folded.set(key, (folded.get(key) ?? new Set()).add(name));
  }
  for (const [name, count] of exact) {
    if (count > 1)
      findings.push({
        code: 'duplicate-name',
        message: `${shown(name)} is listed ${count} times.`,
      });
    if (!NAME_GRAMMAR.test(name))
      findings.push({
        code: 'name-outside-grammar',
        message: `${shown(name)} is outside the protocol's grammar for names.`,
      });
  }
  for (const variants of folded.values()) {
    if (variants.size > 1)
      findings.push({
        code: 'case-variant-name',
        message: `${[...variants].map(shown).join(', ')} look alike.`,
      });
  }
  return findings;
}

/** Names that a reader cannot tell apart: by case, composition, width, or characters that draw nothing. */
function fold(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Cc}\p{Mn}\s]/gu, '');
}

function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name).toWellFormed();
}

function aboutPackage(
  source: ServerSource,
  installed: Installed | undefined,
  bin: string | undefined,
): Pick<ServerRecord, 'id' | 'version' | 'area' | 'package' | 'links'> {
  const base = { id: source.id, ...(source.area && { area: source.area }) };
  if (installed === undefined)
    return { ...base, version: source.version ?? '', ...(source.links && { links: source.links }) };
  const { manifest, version, integrity, name } = installed;
  const text = (key: string) => {
    const value = own(manifest, key);
    return typeof value === 'string' && value.trim() !== '' ? value.slice(0, 2000) : undefined;
  };
  const [description, license] = [text('description'), text('license')];
  const links = { ...linksOf(manifest), ...source.links };
  return {
    ...base,
    version,
    package: {
      registry: installed.registry ?? 'npm',
      name,
      version,
      ...(integrity && { integrity }),
      ...(description && { description }),
      ...(license && { license }),
      ...(bin && { bin }),
    },
    ...(Object.keys(links).length > 0 && { links }),
  };
}

/** Links of a manifest that a page can show: https only. */
function linksOf(manifest: unknown): { homepage?: string; repository?: string } {
  const repository = own(manifest, 'repository');
  const homepage = httpsUrl(own(manifest, 'homepage'));
  const code = httpsUrl(isJsonObject(repository) ? own(repository, 'url') : repository);
  return { ...(homepage && { homepage }), ...(code && { repository: code }) };
}

function httpsUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2000) return undefined;
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(value)?.[1];
  const text = short
    ? `https://github.com/${short}`
    : value
        .replace(/^git\+|\.git$/g, '')
        .replace(/^(?:git|ssh):\/\/(?:git@)?/, 'https://')
        .replace(/^git@([\w.-]+):/, 'https://$1/');
  try {
    const url = new URL(text);
    return url.protocol === 'https:' && url.username === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
