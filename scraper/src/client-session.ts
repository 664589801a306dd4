import { type Client, ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import * as z from 'zod';
import { ScraperError } from './scraper-error.ts';
import { AskError, type Session } from './session.ts';

/** Any object: the client's own schemas refuse a whole list for one odd definition. */
const anyResult = z.custom<JsonObject>(isJsonObject);
const LISTS = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;

/** A session over a client that is connected, over whatever transport. */
export function sessionOf(
  client: Client,
  answers: ReturnType<typeof watchAnswers>,
  about: { requestMs: number; signal: AbortSignal; end?: () => Promise<void> },
): Session {
  const { requestMs, signal } = about;
  return {
    introduction: introductionOf(answers.last(), client),
    protocolVersion: client.getNegotiatedProtocolVersion(),
    ask: async (method, params) => {
      try {
        // Progress never makes a request wait for longer.
        const options = { timeout: requestMs, maxTotalTimeout: requestMs, signal };
        await client.request({ method, params: params ?? {} }, anyResult, options);
      } catch (error) {
        throw asAskError(error, signal);
      }
      return answers.last() ?? {};
    },
    close: async () => {
      await about.end?.().catch(() => {});
      await client.close().catch(() => {});
    },
  };
}

/**
 * Keeps each answer as it came, and lets the client see its lists empty: the client checks every item strictly, and
 * one odd definition would take all others with it.
 */
export function watchAnswers(transport: { onmessage?: unknown }) {
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

export function asAskError(error: unknown, signal: AbortSignal): AskError {
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
