import { setTimeout as wait } from 'node:timers/promises';
import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { isLoopbackUrl } from '../remote/address-rules.ts';
import { guardedFetch } from '../remote/guarded-fetch.ts';
import { ScraperError } from '../scraper-error.ts';

export const OFFICIAL_REGISTRY = 'https://registry.modelcontextprotocol.io';

export type RegistryOrder = {
  baseUrl: string;
  /** RFC 3339: only what changed after it, and what was deleted. */
  updatedSince?: string | undefined;
  signal?: AbortSignal | undefined;
  onPage?: ((rows: number) => void) | undefined;
};

/** What bounds a reading; tests make it short. */
export const registryLimits = {
  /** Tries of one page. */
  tries: 5,
  /** The first pause between two tries; each further one is twice as long. */
  pauseMs: 1000,
  /** The longest pause that a registry may ask for. */
  longestPauseMs: 300_000,
  /** One page, from asking to its last byte. */
  pageMs: 60_000,
  /** One page, decoded. */
  pageBytes: 32 * 1024 ** 2,
  pages: 2000,
  rows: 200_000,
  redirects: 3,
};
type RegistryLimits = typeof registryLimits;

export type World = {
  limits: RegistryLimits;
  sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  random: () => number;
  now: () => number;
};
export const world: World = {
  limits: registryLimits,
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
  random: Math.random,
  now: Date.now,
};

/**
 * Reads all rows that a registry has, page by page. All or nothing: a page that cannot be had ends the reading with a
 * {@link ScraperError}, so that nobody takes a part for the whole.
 */
export async function readRegistry(order: RegistryOrder, given: World = world): Promise<unknown[]> {
  const rows: unknown[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < given.limits.pages; page++) {
    const answer = await readPage(pageUrl(order, cursor), order, given);
    const servers = own(answer, 'servers') as unknown[];
    rows.push(...servers);
    order.onPage?.(rows.length);
    if (rows.length > given.limits.rows) throw odd(order, `more than ${given.limits.rows} entries`);
    const next =
      own(own(answer, 'metadata'), 'nextCursor') ?? own(own(answer, 'metadata'), 'next_cursor');
    // Missing, null and empty all mean that this was the last page.
    if (typeof next !== 'string' || next === '') return rows;
    if (seen.has(next)) throw odd(order, 'it repeats a cursor');
    seen.add(next);
    cursor = next;
  }
  throw odd(order, `more than ${given.limits.pages} pages`);
}

function pageUrl({ baseUrl, updatedSince }: RegistryOrder, cursor: string | undefined): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/v0.1/servers`);
  url.searchParams.set('limit', '100');
  url.searchParams.set('version', 'latest');
  if (updatedSince !== undefined) url.searchParams.set('updated_since', updatedSince);
  if (cursor !== undefined) url.searchParams.set('cursor', cursor);
  return url;
}

function odd({ baseUrl }: RegistryOrder, words: string): ScraperError {
  return new ScraperError('registry-answer', `the registry ${baseUrl} cannot be read: ${words}`);
}

/** One failed try: what to say, and how long to wait before the next, where there is to be one. */
class TryError extends Error {
  readonly isFinal: boolean;
  readonly pauseMs: number | undefined;
  constructor(
    message: string,
    options: { isFinal?: boolean; pauseMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.isFinal = options.isFinal ?? false;
    this.pauseMs = options.pauseMs;
  }
}

async function readPage(url: URL, order: RegistryOrder, given: World): Promise<JsonObject> {
  const { limits } = given;
  for (let failed = 1; ; failed++) {
    try {
      return await tryPage(url, order, given);
    } catch (error) {
      if (order.signal?.aborted) throw order.signal.reason;
      const { isFinal, pauseMs, message } =
        error instanceof TryError ? error : new TryError((error as Error).message);
      if (isFinal) throw odd(order, message);
      if (failed >= limits.tries)
        throw new ScraperError(
          'registry-unreachable',
          `the registry ${order.baseUrl} could not be read in ${failed} tries: ${message}; nothing was changed, try again later`,
          { cause: error },
        );
      const backoff = limits.pauseMs * 2 ** (failed - 1);
      // Spread, so that many crawlers do not come back at the same moment.
      const pause = Math.max(backoff, pauseMs ?? 0) * (1 + given.random() / 4);
      await given.sleep(Math.min(pause, limits.longestPauseMs), order.signal);
    }
  }
}

async function tryPage(url: URL, order: RegistryOrder, given: World): Promise<JsonObject> {
  const { limits } = given;
  const late = AbortSignal.timeout(limits.pageMs);
  const signal = AbortSignal.any([late, ...(order.signal ? [order.signal] : [])]);
  const base = new URL(order.baseUrl);
  const fetch = guardedFetch({ mayBeLoopback: isLoopbackUrl(base), bodyBytes: limits.pageBytes });
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(at, { headers: { accept: 'application/json' }, signal }).catch(
      (error: unknown) => {
        const isRefused = error instanceof ScraperError;
        throw new TryError(late.aborted ? 'no answer in time' : wordsOf(error), {
          isFinal: isRefused,
        });
      },
    );
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      if (redirects >= limits.redirects)
        throw new TryError('it redirects without end', { isFinal: true });
      const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
      if (next?.origin !== base.origin)
        throw new TryError('it redirects to another place', { isFinal: true });
      at = next;
      continue;
    }
    return pageOf(response, late, given);
  }
}

async function pageOf(response: Response, late: AbortSignal, given: World): Promise<JsonObject> {
  const text = await response.text().catch((error: unknown) => {
    if (error instanceof ScraperError) throw new TryError(error.message, { isFinal: true });
    throw new TryError(late.aborted ? 'its answer did not end in time' : 'its answer broke off');
  });
  const { status } = response;
  if (status !== 200) {
    // What we asked is wrong, and will be the next time as well.
    const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
    throw new TryError(`it answered ${status}${saidIn(text)}`, {
      isFinal,
      pauseMs: pauseOf(response.headers.get('retry-after'), given.now()),
    });
  }
  const page = parseOrUndefined(text);
  if (!isJsonObject(page)) throw new TryError('its answer is no JSON object');
  if (!Array.isArray(own(page, 'servers'))) throw new TryError('its answer has no list of servers');
  return page;
}

/** Both forms in which the registry words an error. */
function saidIn(text: string): string {
  const body = parseOrUndefined(text);
  const words = own(body, 'detail') ?? own(body, 'error') ?? own(body, 'title');
  return typeof words === 'string' ? `: ${words.slice(0, 200)}` : '';
}

/** Seconds, or a date; a date in the past is no pause. */
function pauseOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code && !message.includes(code) ? `${code} ${message}` : message;
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
