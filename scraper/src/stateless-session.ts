import { Client, type Transport } from '@modelcontextprotocol/client';
import type { BoundedTransport } from './bounded-transport.ts';
import { asAskError, sessionOf, watchAnswers } from './client-session.ts';
import type { CrawlLimits } from './limits.ts';
import type { Session } from './session.ts';

/** The first revision without a session. */
export const STATELESS_REVISION = '2026-07-28';

/** Speaks over the pipes of a process that knows no `initialize`: the revision of 2026 and no other. */
export async function openStatelessSession(
  transport: BoundedTransport,
  limits: CrawlLimits,
): Promise<Session> {
  // Nothing aborts it: the process is ended from outside, and its pipes with it.
  const { signal } = new AbortController();
  const answers = watchAnswers(transport);
  const client = new Client(
    { name: 'toolwarden', version: '0.1.0' },
    { capabilities: {}, versionNegotiation: { mode: { pin: STATELESS_REVISION } } },
  );
  try {
    await client.connect(transport as unknown as Transport, { timeout: limits.startMs });
  } catch (error) {
    throw asAskError(error, signal);
  }
  return sessionOf(client, answers, { requestMs: limits.requestMs, signal });
}
