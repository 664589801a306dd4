import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { GatewayError } from '../gateway-error.ts';
import type { Pending } from '../link/pending.ts';
import { allPages } from '../link/tool-lists.ts';
import { metaKeys } from '../protocol/methods.ts';
import { readServerMessage } from '../protocol/server-message.ts';
import type { Upstream, UpstreamEvents } from '../upstream/upstream.ts';
import type { Listing } from './listing.ts';
import { type ListedKind, listedKinds } from './pin-digest.ts';

const SESSION_ERA = '2025-11-25';
const STATELESS_ERA = '2026-07-28';
// Some servers list more to a client that can be asked; what is asked is declined all the same.
const CAPABILITIES = { elicitation: {}, sampling: {} };
const CLIENT = { name: 'toolwarden', version: '1' };

/** Opens a way to a server and asks it for all that it lists, verbatim. @throws GatewayError where it does not answer. */
export async function listLive(
  open: (events: UpstreamEvents) => Promise<Upstream> | Upstream,
  timeoutMs = 60_000,
): Promise<Listing> {
  const exchange = createExchange();
  const upstream = await open(exchange.events);
  const deadline = setTimeout(() => exchange.events.onEnd('it took too long'), timeoutMs);
  try {
    return await readAll(
      (method, params, isStateless) => exchange.request(upstream, { method, params, isStateless }),
      (method) => upstream.send(JSON.stringify({ jsonrpc: '2.0', method })),
    );
  } finally {
    clearTimeout(deadline);
    await upstream.close();
  }
}

type Request = (
  method: string,
  params: JsonObject,
  isStateless: boolean,
) => Promise<JsonValue | undefined>;

async function readAll(request: Request, notify: (method: string) => void): Promise<Listing> {
  const base = { protocolVersion: SESSION_ERA, capabilities: CAPABILITIES, clientInfo: CLIENT };
  let opening = await request('initialize', base, false);
  const isStateless = opening === undefined;
  const meta: JsonObject = {
    [metaKeys.version]: STATELESS_ERA,
    [metaKeys.clientInfo]: CLIENT,
    [metaKeys.capabilities]: CAPABILITIES,
  };
  if (isStateless) opening = await request('server/discover', { _meta: meta }, true);
  else notify('notifications/initialized');
  if (!isJsonObject(opening)) throw notListed('it answers neither initialize nor server/discover');
  const ask = (method: string, params: JsonObject) => request(method, params, isStateless);
  const list = (method: string, field: string) =>
    allPages(ask, isStateless ? meta : undefined, method, field);
  const capabilities = own(opening, 'capabilities');
  const tools = await list('tools/list', 'tools');
  if (tools === undefined && own(capabilities, 'tools') !== undefined) {
    throw notListed('its tools cannot be listed');
  }
  const listing: Listing = { tools: tools ?? [] };
  const instructions = own(opening, 'instructions');
  if (typeof instructions === 'string') listing.instructions = instructions;
  for (const kind of Object.keys(listedKinds) as ListedKind[]) {
    const needed = kind === 'prompts' ? 'prompts' : 'resources';
    if (own(capabilities, needed) === undefined) continue;
    listing[kind] = (await list(listedKinds[kind].list, listedKinds[kind].field)) ?? [];
  }
  return listing;
}

function notListed(why: string): GatewayError {
  return new GatewayError('server-not-started', `the server cannot be listed: ${why}`);
}

/** Requests and their answers, whatever carries them; what a server asks is declined. */
function createExchange() {
  const waiting = new Map<
    number,
    { pending: Pending; done: (value: JsonValue | undefined) => void }
  >();
  let ended: string | undefined;
  let lastId = 0;
  let answerTo: (message: string) => void = () => {};
  const settle = (id: number, value: JsonValue | undefined) => {
    waiting.get(id)?.done(value);
    waiting.delete(id);
  };
  const events: UpstreamEvents = {
    onMessage(line) {
      const message = readServerMessage(line);
      if (message.kind === 'answer') {
        const { start, end } = message.body;
        const text = line.toString('utf8', start, end);
        settle(message.id, message.isError ? undefined : (JSON.parse(text) as JsonValue));
      } else if (message.kind === 'request') {
        const isPing = message.method === 'ping';
        const error = { code: -32601, message: 'This client only lists' };
        answerTo(
          JSON.stringify({
            jsonrpc: '2.0',
            id: message.id,
            ...(isPing ? { result: {} } : { error }),
          }),
        );
      }
    },
    onFailure: ({ id }) => settle(id, undefined),
    isWaiting: ({ id }) => waiting.has(id),
    onEnd(why) {
      ended ??= why;
      for (const id of waiting.keys()) settle(id, undefined);
    },
    note() {},
  };
  return {
    events,
    async request(
      upstream: Upstream,
      { method, params, isStateless }: { method: string; params: JsonObject; isStateless: boolean },
    ): Promise<JsonValue | undefined> {
      answerTo = (message) => upstream.send(message);
      if (ended !== undefined) throw notListed(ended);
      const now = performance.now();
      const pending: Pending = {
        ...{ id: ++lastId, method, params, capabilities: {}, isStateless },
        ...{ startedAt: now, activeAt: now, isSent: true, isCancelled: false },
      };
      const { promise, resolve } = Promise.withResolvers<JsonValue | undefined>();
      waiting.set(pending.id, { pending, done: resolve });
      const message = { jsonrpc: '2.0', id: pending.id, method, params };
      upstream.send(JSON.stringify(message), pending);
      const value = await promise;
      if (ended !== undefined) throw notListed(ended);
      return value;
    },
  };
}
