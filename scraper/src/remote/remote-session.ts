import {
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject, own, type Transport } from '@toolwarden/catalogue';
import * as z from 'zod';
import type { CrawlLimits } from '../limits.ts';
import { ScraperError } from '../scraper-error.ts';
import { AskError, type Session } from '../session.ts';
import type { guardedFetch } from './guarded-fetch.ts';

type Fetch = ReturnType<typeof guardedFetch>;
export type RemotePlace = {
  url: URL;
  transport: Exclude<Transport, 'stdio'>;
  headers: Record<string, string>;
};

/** Any object: the client's own schemas refuse a whole list for one odd definition. */
const anyResult = z.custom<JsonObject>(isJsonObject);
const LISTS = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;

/** Shakes hands with a server that already runs: by `server/discover`, or by `initialize` where it is older. */
export async function openRemoteSession(
  place: RemotePlace,
  fetch: Fetch,
  limits: CrawlLimits,
  signal: AbortSignal,
): Promise<Session> {
  const transport = transportTo(place, withSignal(fetch, signal));
  const answers = watchAnswers(transport);
  const client = new Client(
    { name: 'toolwarden', version: '0.1.0' },
    { capabilities: {}, versionNegotiation: { mode: 'auto' } },
  );
  try {
    // SSE belongs to the first revisions: there is nothing to negotiate, and a probe could end its one connection.
    if (place.transport === 'sse') client.setVersionNegotiation({ mode: 'legacy' });
    await client.connect(transport, { timeout: limits.startMs, signal });
  } catch (error) {
    await client.close().catch(() => {});
    throw asAskError(error, signal);
  }
  return {
    introduction: introductionOf(answers.last(), client),
    protocolVersion: client.getNegotiatedProtocolVersion(),
    ask: async (method, params) => {
      try {
        await client.request({ method, params: params ?? {} }, anyResult, {
          timeout: limits.requestMs,
          // Progress never makes a request wait for longer.
          maxTotalTimeout: limits.requestMs,
          signal,
        });
      } catch (error) {
        throw asAskError(error, signal);
      }
      return answers.last() ?? {};
    },
    close: async () => {
      // Ends the session at the server as well, where there is one; whether it listens is its affair.
      if (transport instanceof StreamableHTTPClientTransport)
        await transport.terminateSession().catch(() => {});
      await client.close().catch(() => {});
    },
  };
}

function transportTo({ url, transport, headers }: RemotePlace, fetch: Fetch) {
  const options = { fetch, requestInit: { headers } };
  return transport === 'sse'
    ? new SSEClientTransport(url, options)
    : new StreamableHTTPClientTransport(url, {
        ...options,
        // One try more after a stream that broke off: a listing can be asked for again by the next crawl.
        reconnectionOptions: {
          maxRetries: 1,
          initialReconnectionDelay: 500,
          maxReconnectionDelay: 5000,
          reconnectionDelayGrowFactor: 1.5,
        },
      });
}

function withSignal(fetch: Fetch, signal: AbortSignal): Fetch {
  return (input, init = {}) =>
    fetch(input, {
      ...init,
      signal: AbortSignal.any([signal, ...(init.signal ? [init.signal] : [])]),
    });
}

/**
 * Keeps each answer as it came, and lets the client see its lists empty: the client checks every item strictly, and
 * one odd definition would take all others with it.
 */
function watchAnswers(transport: { onmessage?: unknown }) {
  type Handler = (message: unknown, extra?: unknown) => void;
  let handler: Handler | undefined;
  let last: JsonObject | undefined;
  const watch: Handler = (message, extra) => {
    const result = own(message, 'result');
    if (!isJsonObject(result)) return handler?.(message, extra);
    last = result;
    const emptied = LISTS.filter((key) => Array.isArray(own(result, key)));
    const shown = { ...result, ...Object.fromEntries(emptied.map((key) => [key, []])) };
    handler?.({ ...(message as object), result: shown }, extra);
  };
  Object.defineProperty(transport, 'onmessage', {
    get: () => (handler === undefined ? undefined : watch),
    set: (next: Handler | undefined) => {
      handler = next;
    },
  });
  return { last: () => last };
}

/** The revision of 2026 names the server in the metadata of its answer. */
function introductionOf(answer: JsonObject | undefined, client: Client): JsonObject | undefined {
  const serverInfo = own(answer, 'serverInfo') ?? client.getServerVersion();
  return answer === undefined
    ? undefined
    : { ...answer, ...(isJsonObject(serverInfo) && { serverInfo }) };
}

function asAskError(error: unknown, signal: AbortSignal): AskError {
  if (signal.aborted && signal.reason instanceof ScraperError)
    return new AskError('other', signal.reason.message, { cause: signal.reason });
  const all: unknown[] = [];
  for (let at = error; at !== undefined && all.length < 10; at = (at as Error).cause) all.push(at);
  const root = all.at(-1);
  const words = root instanceof Error ? root.message : String(root);
  const told = error instanceof Error && words === '' ? error.message : words;
  const kindOf = (): AskError['kind'] => {
    if (signal.aborted) return 'timeout';
    // Found while the revision is agreed on, it is told in words only.
    if (all.some((one) => isUnauthorized(one))) return 'unauthorized';
    if (all.some((one) => one instanceof ProtocolError && one.code === -32601))
      return 'unknown-method';
    const codes = all.filter((one) => one instanceof SdkError).map(({ code }) => code);
    if (codes.includes(SdkErrorCode.RequestTimeout)) return 'timeout';
    if (codes.includes(SdkErrorCode.ConnectionClosed)) return 'closed';
    return 'other';
  };
  return new AskError(kindOf(), told.slice(0, 2000), { cause: error });
}

function isUnauthorized(error: unknown): boolean {
  const status = own(error, 'status');
  return (
    status === 401 ||
    status === 403 ||
    (error instanceof Error && /\bHTTP 40[13]\b|requires authorization/i.test(error.message))
  );
}
