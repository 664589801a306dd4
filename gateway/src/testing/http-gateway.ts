import { writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';
import { expect, onTestFinished } from 'vitest';
import { startGateway } from '../http/run-gateway.ts';
import { readStrictJson } from '../json/strict-json.ts';
import { metaKeys } from '../protocol/methods.ts';
import { encodeHeader } from '../protocol/name-header.ts';
import { createMemoryState, type MemoryState } from '../state/memory-state.ts';
import type { Grant, State } from '../state/state.ts';
import { brokenInvariants, type Happening, type InvariantOptions } from './invariants.ts';
import { recordedState } from './recorded-state.ts';
import { type HttpScript, startScriptedServer } from './scripted-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What a client got for one request. */
export type Got = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The messages of the answer: one, or those of a stream. */
  messages: JsonObject[];
};

export type HttpHarnessOptions = {
  policy?: Policy;
  script?: HttpScript;
  tools?: JsonObject[];
  /** Tokens and the servers they may use; without any, everybody may call. */
  grants?: Record<string, string[]>;
  config?: JsonObject;
  servers?: JsonObject;
  /** The time line, where further servers are on it. */
  happenings?: Happening[];
  sessions?: boolean;
  isObserving?: boolean;
  /** Stands between the gateway and its state. */
  throughState?: (state: State, happenings: Happening[]) => State;
  /** What the whole run is held against when its test is over. */
  invariants?: InvariantOptions;
};

export const VERSION = '2026-07-28';
export const ACCEPT = 'application/json, text/event-stream';

/**
 * A scripted server behind a gateway on real sockets, and a client that may send whatever it likes. Whatever a test brings
 * about, the invariants must hold when it is over: that is checked here, for all of them.
 */
export async function startHttpHarness(options: HttpHarnessOptions = {}) {
  const { happenings = [] } = options;
  const broken = (more: InvariantOptions = {}) =>
    brokenInvariants(happenings, {
      ...(options.isObserving === true && { isObserving: true }),
      ...options.invariants,
      ...more,
    });
  onTestFinished(() => expect(broken()).toEqual([]));
  const folder = temporaryFolder();
  const server = await startScriptedServer(happenings, options);
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify(options.policy ?? { version: '1', default: 'allow' }));
  const config = join(folder, 'gateway.json');
  const base = {
    listen: { port: 0 },
    admin: false,
    ...(options.grants === undefined && { grants: 'open' }),
    servers: { test: { url: server.url }, ...options.servers },
    ...options.config,
    policies: { p: policy, ...(options.config?.['policies'] as JsonObject | undefined) },
  };
  writeFileSync(config, JSON.stringify(base));
  const grants = new Map<string, Grant>(
    Object.entries(options.grants ?? {}).map(([token, servers]) => [
      token,
      { id: `g-${token}`, label: token, servers, policy },
    ]),
  );
  const memory = recordedState(createMemoryState({ grants }), happenings);
  const log: string[] = [];
  const gateway = await startGateway({
    config,
    isObserving: options.isObserving === true,
    openState: () =>
      (options.throughState ?? ((state) => state))(withoutApprovals(memory), happenings),
    stateOption: () => '',
    env: process.env,
    log: (line) => log.push(line),
  });
  onTestFinished(() => gateway.stop());
  const address = new URL(gateway.url);

  let exchanges = 0;
  /** Sends one request exactly as given. */
  const send = (message: {
    method?: string;
    path?: string;
    headers?: Record<string, string | string[]>;
    body?: string;
    signal?: AbortSignal;
  }): Promise<Got> => {
    const { method = 'POST', path = '/mcp/test', headers = {}, body, signal } = message;
    // Ids are a session's own, or, where there are no sessions, a request's.
    const client = String(headers['Mcp-Session-Id'] ?? `request ${++exchanges}`);
    if (body !== undefined) happenings.push({ kind: 'client-sent', line: body, client });
    const { promise, resolve, reject } = Promise.withResolvers<Got>();
    const asked = request({
      ...{ host: address.hostname, port: address.port, method, path, headers },
      ...(signal && { signal }),
    });
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const messages = messagesIn(text, response.headers['content-type'] ?? '');
        for (const each of messages) {
          const line = JSON.stringify(isTurnedAway(each) ? { ...each, id: idIn(body) } : each);
          happenings.push({ kind: 'client-got', line, client });
        }
        const { statusCode = 0 } = response;
        resolve({ status: statusCode, headers: response.headers, text, messages });
      });
    });
    asked.on('error', reject);
    asked.end(body);
    return promise;
  };

  /** Sends a message as a client of the session era does. */
  const post = (value: JsonValue, headers: Record<string, string> = {}, path?: string) =>
    send({
      headers: { 'Content-Type': 'application/json', Accept: ACCEPT, ...headers },
      body: JSON.stringify(value),
      ...(path !== undefined && { path }),
    });

  let lastId = 0;
  /** Sends a request as a client of the stateless era does. */
  const ask = (
    method: string,
    params: JsonObject = {},
    more: {
      headers?: Record<string, string>;
      meta?: JsonObject;
      id?: JsonValue;
      signal?: AbortSignal;
      path?: string;
    } = {},
  ) => {
    const meta = {
      [metaKeys.version]: VERSION,
      [metaKeys.clientInfo]: { name: 'test', version: '1' },
      [metaKeys.capabilities]: {},
      ...more.meta,
    };
    const name = params['name'] ?? params['uri'] ?? params['taskId'];
    const id = more.id ?? ++lastId;
    return send({
      headers: {
        'Content-Type': 'application/json',
        Accept: ACCEPT,
        'MCP-Protocol-Version': VERSION,
        'Mcp-Method': method,
        ...(typeof name === 'string' && { 'Mcp-Name': encodeHeader(name) }),
        ...more.headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } }),
      ...(more.signal && { signal: more.signal }),
      ...(more.path !== undefined && { path: more.path }),
    });
  };

  /** Opens a session; `request` and `notify` belong to it. */
  const open = async (
    headers: Record<string, string> = {},
    capabilities: JsonObject = {},
    path?: string,
  ) => {
    const opened = await post(
      {
        ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
        params: {
          ...{ protocolVersion: '2025-11-25', capabilities },
          clientInfo: { name: 'test', version: '1' },
        },
      },
      headers,
      path,
    );
    const id = String(opened.headers['mcp-session-id'] ?? '');
    const own = { ...headers, 'Mcp-Session-Id': id, 'MCP-Protocol-Version': '2025-11-25' };
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, own, path);
    return {
      id,
      opened,
      headers: own,
      request: (method: string, params: JsonObject = {}, requestId: JsonValue = ++lastId) =>
        post({ jsonrpc: '2.0', id: requestId, method, params }, own, path),
      call: (name: string, args: JsonObject = {}) =>
        post(
          { jsonrpc: '2.0', id: ++lastId, method: 'tools/call', params: { name, arguments: args } },
          own,
          path,
        ),
    };
  };
  const calls = () =>
    happenings.flatMap((each) => {
      if (each.kind !== 'server-got') return [];
      const { method, params } = JSON.parse(each.line);
      return method === 'tools/call' ? [params.arguments as JsonObject] : [];
    });
  return {
    ...{ gateway, state: memory, server, happenings, folder, config, policy, log, grants },
    ...{ send, post, ask, open },
    port: Number(address.port),
    /** Arguments of the calls that reached the server. */
    reached: calls,
    broken,
  };
}

/** Approvals of a state in memory are for tests to look at, not for pages to show. */
function withoutApprovals({ approvals: _, ...state }: MemoryState): State {
  return state;
}

/** What is turned away at the door is answered before its id is read; the exchange says which request it is about. */
function isTurnedAway({ id, error }: JsonObject): boolean {
  return id === null && String(own(error, 'message')).startsWith('Refused: ');
}

function idIn(body: string | undefined): JsonValue {
  const read = readStrictJson(body ?? '');
  const id = read.ok ? own(read.value, 'id') : undefined;
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as JsonValue) : null;
}

function messagesIn(text: string, type: string): JsonObject[] {
  if (type.startsWith('application/json')) return [JSON.parse(text)];
  if (!type.startsWith('text/event-stream')) return [];
  return text.split('\n\n').flatMap((event) => {
    const data = event
      .split('\n')
      .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []))
      .join('\n');
    if (data === '') return [];
    const value = JSON.parse(data) as JsonValue;
    return isJsonObject(value) ? [value] : [];
  });
}
