import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import type { Transport } from '@toolwarden/catalogue';
import { asAskError, sessionOf, watchAnswers } from '../client-session.ts';
import type { CrawlLimits } from '../limits.ts';
import type { Session } from '../session.ts';
import type { guardedFetch } from './guarded-fetch.ts';

type Fetch = ReturnType<typeof guardedFetch>;
export type RemotePlace = {
  url: URL;
  transport: Exclude<Transport, 'stdio'>;
  headers: Record<string, string>;
};

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
  // Ends the session at the server as well, where there is one; whether it listens is its affair.
  const end = async () => {
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
  };
  return sessionOf(client, answers, { requestMs: limits.requestMs, signal, end });
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
