import {
  type CrawlReason,
  own,
  parseServerId,
  type RemoteSource,
  type ServerRecord,
  type ServerSource,
} from '@toolwarden/catalogue';
import type { CrawlLimits } from '../limits.ts';
import { type Listing, ListingError, readListing } from '../listing.ts';
import { failedRecord, recordOf } from '../record.ts';
import { ScraperError } from '../scraper-error.ts';
import { AskError } from '../session.ts';
import { detailOf } from '../words.ts';
import { type AddressRules, isLoopbackUrl } from './address-rules.ts';
import { type FetchBounds, guardedFetch } from './guarded-fetch.ts';
import { fillHeaders } from './headers.ts';
import { openRemoteSession, type RemotePlace } from './remote-session.ts';

export type RemoteOptions = {
  limits: CrawlLimits;
  env: Record<string, string | undefined>;
  signal?: AbortSignal | undefined;
  resolve?: FetchBounds['resolve'];
};
type Problem = { reason: CrawlReason; words: string };

/** The place that an id `url:host/path` names: http on this machine, https elsewhere. */
export function placeOfUrlId(source: ServerSource): RemoteSource | undefined {
  const parsed = parseServerId(source.id);
  if (!parsed.ok || parsed.origin !== 'url') return undefined;
  const isHere = isLoopbackUrl(new URL(`https://${parsed.identifier}`));
  return { url: `${isHere ? 'http' : 'https'}://${parsed.identifier}` };
}

/** Lists a server that already runs. Only an abort leaves it without a record. */
export async function crawlRemote(
  source: ServerSource,
  remote: RemoteSource,
  options: RemoteOptions,
): Promise<ServerRecord | undefined> {
  const base = { source, installed: undefined, bin: undefined };
  if (!URL.canParse(remote.url))
    return failedRecord(base, { reason: 'not-started', detail: 'its address is no URL' }, '');
  const url = new URL(remote.url);
  const { filled, used, missing, secrets } = fillHeaders(remote.headers ?? {}, options.env);
  if (source.id.startsWith('config:')) secrets.push(...personalParts(url));
  // What a registry says may never lead to this machine; what its own user says may, and nobody from elsewhere.
  const isOwn = source.id.startsWith('url:') || source.id.startsWith('config:');
  const mayBeLoopback = isOwn && isLoopbackUrl(url);
  const ways = remote.transport ? [remote.transport] : (['streamable-http', 'sse'] as const);
  let first: Problem | undefined;
  for (const transport of ways) {
    const place = { url, transport, headers: filled };
    const { listing, problem } = await listOnce(place, { mayBeLoopback }, options);
    if (options.signal?.aborted) return undefined;
    if (listing !== undefined && holdsAny(listing, secrets)) {
      const words = 'it repeats the value of a header in what it lists, so nothing was kept';
      return failedRecord(base, { reason: 'protocol-error', detail: words }, '');
    }
    const told = problem && inWords(problem, missing, secrets);
    if (listing !== undefined) {
      const configuration = { name: 'default', args: [], env: used };
      return {
        ...recordOf(base, listing, configuration, [], told),
        version: versionOf(listing),
        transport,
      };
    }
    first ??= problem;
    // Where the place itself cannot be reached, or wants to know who asks, another way of speaking changes nothing.
    if (problem?.reason !== 'protocol-error') break;
  }
  return failedRecord(base, inWords(first as Problem, missing, secrets), '');
}

async function listOnce(
  place: RemotePlace,
  rules: AddressRules,
  { limits, signal, resolve }: RemoteOptions,
): Promise<{ listing?: Listing; problem?: Problem }> {
  const late = AbortSignal.timeout(limits.serverMs);
  const cut = new AbortController();
  const ended = AbortSignal.any([late, cut.signal, ...(signal ? [signal] : [])]);
  const fetch = guardedFetch({
    ...rules,
    bodyBytes: limits.lineBytes,
    totalBytes: limits.stdoutBytes,
    onCut: (error) => cut.abort(error),
    ...(resolve && { resolve }),
  });
  try {
    const listing = await readListing(() => openRemoteSession(place, fetch, limits, ended), limits);
    const stop = listing.stoppedBy;
    if (stop === undefined) return { listing };
    if (stop.cause === 'error') return { listing, problem: problemOf(stop.error) };
    const reason = stop.cause === 'limit' ? 'limit-exceeded' : 'protocol-error';
    return { listing, problem: { reason, words: stop.words } };
  } catch (error) {
    if (!(error instanceof ListingError)) throw error;
    return { problem: problemOf(error) };
  }
}

const CONNECTION =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|EPIPE|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/;

function problemOf(error: ListingError): Problem {
  const causes: unknown[] = [];
  for (let at: unknown = error; at !== undefined && causes.length < 10; at = own(at, 'cause'))
    causes.push(at);
  const refusal = causes.find((one) => one instanceof ScraperError);
  if (refusal?.code === 'address-refused') return { reason: 'not-started', words: refusal.message };
  if (refusal?.code === 'answer-too-large')
    return { reason: 'limit-exceeded', words: refusal.message };
  const asked = causes.find((one) => one instanceof AskError);
  if (asked?.kind === 'timeout')
    return { reason: 'timeout', words: `no answer to ${error.stage} in time` };
  if (asked?.kind === 'unauthorized')
    return { reason: 'wants-configuration', words: `it wants to know who asks: ${error.message}` };
  const broken = causes.find((one) => CONNECTION.test(String(own(one, 'code'))));
  if (broken !== undefined) return { reason: 'unreachable', words: (broken as Error).message };
  return { reason: 'protocol-error', words: error.message };
}

/** A problem fit for a record: without the values of headers, and with the variables that were not set. */
function inWords({ reason, words }: Problem, missing: string[], secrets: string[]) {
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), words);
  const unset = missing.length > 0 ? ` (not set: ${missing.join(', ')})` : '';
  return { reason, detail: detailOf(`${clean}${unset}`, { paths: [], hosts: [] }) };
}

/** Shorter ones stand in any text by chance. */
const SHORTEST_SECRET = 6;

/** Some servers give each of their users an address of their own, and say it again when something is wrong with it. */
function personalParts({ pathname, search }: URL): string[] {
  return [...pathname.split('/'), ...search.split(/[?&=]/)]
    .flatMap((part) => [part, decoded(part)])
    .filter((part) => part.length > SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function holdsAny(listing: Listing, secrets: string[]): boolean {
  const text = JSON.stringify(listing);
  return secrets.some(
    (secret) =>
      secret.length >= SHORTEST_SECRET && text.includes(JSON.stringify(secret).slice(1, -1)),
  );
}

function versionOf({ serverInfo }: Listing): string {
  const version = own(serverInfo, 'version');
  return typeof version === 'string' ? version.slice(0, 100) : '';
}
