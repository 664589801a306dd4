import { isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { fold, magicKeys } from '../json/fold.ts';
import { readStrictJson } from '../json/strict-json.ts';
import { metaKeys } from './methods.ts';

export type RequestId = string | number;

/** A message of the client, read once. Only what stands here is ever sent on. */
export type ClientMessage =
  | { kind: 'request'; id: RequestId; method: string; params?: JsonObject }
  | { kind: 'notification'; method: string; params?: JsonObject }
  | { kind: 'response'; id: RequestId; body: { result: JsonValue } | { error: JsonValue } }
  /** Not sent on; answered with an error, with the id where there is a usable one. */
  | { kind: 'refused'; id?: RequestId; code: number; why: string };

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INVALID_PARAMS = -32602;

const TOP_KEYS = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
/** Keys of `params` that some method gives a meaning; another spelling of one is refused everywhere. */
const PARAM_KEYS = new Set(
  `name arguments _meta task uri ref argument context cursor level protocolVersion capabilities clientInfo
   requestId reason progressToken progress total message notifications taskId inputResponses requestState`.split(
    /\s+/,
  ),
);
const META_KEYS = new Set<string>(['progressToken', ...Object.values(metaKeys)]);
const REPLIES = ['inputResponses', 'requestState'];
/** Of what is judged nothing may go on that nobody looked at, so these keys are all there are. */
const ONLY_KEYS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'tools/call': ['name', 'arguments', 'task', ...REPLIES],
    'resources/read': ['uri', ...REPLIES],
    'resources/subscribe': ['uri'],
    'prompts/get': ['name', 'arguments', ...REPLIES],
    'completion/complete': ['ref', 'argument', 'context'],
    'subscriptions/listen': ['notifications'],
  }).map(([method, keys]) => [method, new Set([...keys, '_meta'])]),
);
/** Params that must be objects, and where they are no arguments, all the keys that they may have. */
const INNER_KEYS: ReadonlyMap<string, readonly [key: string, only?: ReadonlySet<string>][]> =
  new Map([
    [
      'completion/complete',
      [
        ['ref', new Set(['type', 'name', 'title', 'uri'])],
        ['argument', new Set(['name', 'value'])],
        ['context', new Set(['arguments'])],
      ],
    ],
    ['subscriptions/listen', [['notifications']]],
  ]);
/** What a subscription may ask for: who grants it says how much of it is granted, so the rest is left out. */
const SUBSCRIBED = new Set([
  ...['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'],
  'resourceSubscriptions',
]);

/** Reads a line of the client strictly: one message, in the protocol's own spelling. */
export function readClientMessage(line: Buffer): ClientMessage {
  if (!isUtf8(line)) return refuse(PARSE_ERROR, 'this is not UTF-8');
  const read = readStrictJson(line.toString());
  if (!read.ok) {
    const code = read.problem.kind === 'syntax' ? PARSE_ERROR : INVALID_REQUEST;
    return refuse(code, read.problem.what);
  }
  const { value } = read;
  if (Array.isArray(value)) return refuse(INVALID_REQUEST, 'batches are not accepted');
  if (!isJsonObject(value)) return refuse(INVALID_REQUEST, 'expected an object');
  const id = own(value, 'id');
  const known = isRequestId(id) ? id : undefined;
  for (const key of Object.keys(value)) {
    if (!TOP_KEYS.has(key)) {
      return refuse(INVALID_REQUEST, `unknown key ${JSON.stringify(key.slice(0, 40))}`, known);
    }
  }
  if (own(value, 'jsonrpc') !== '2.0')
    return refuse(INVALID_REQUEST, 'expected JSON-RPC 2.0', known);
  if (id !== undefined && known === undefined) {
    return refuse(INVALID_REQUEST, 'an id must be a text or a whole number');
  }
  return Object.hasOwn(value, 'method') ? readCall(value, known) : readResponse(value, known);
}

function readCall(value: JsonObject, id: RequestId | undefined): ClientMessage {
  const method = own(value, 'method');
  const params = own(value, 'params');
  if (
    typeof method !== 'string' ||
    Object.hasOwn(value, 'result') ||
    Object.hasOwn(value, 'error')
  ) {
    return refuse(INVALID_REQUEST, 'neither a request nor an answer', id);
  }
  if (params !== undefined && !isJsonObject(params)) {
    return refuse(INVALID_PARAMS, 'expected params to be an object', id);
  }
  if (params !== undefined) {
    const problem =
      keyProblem(params, PARAM_KEYS, ONLY_KEYS.get(method)) ??
      innerProblem(method, params) ??
      metaProblem(own(params, '_meta'));
    if (problem !== undefined) return refuse(INVALID_PARAMS, problem, id);
  }
  const message = params === undefined ? { method } : { method, params: judgeable(method, params) };
  return id === undefined
    ? { kind: 'notification', ...message }
    : { kind: 'request', id, ...message };
}

function readResponse(value: JsonObject, id: RequestId | undefined): ClientMessage {
  const result = own(value, 'result');
  const error = own(value, 'error');
  if (
    id === undefined ||
    Object.hasOwn(value, 'params') ||
    (result === undefined) === (error === undefined)
  ) {
    return refuse(INVALID_REQUEST, 'neither a request nor an answer', id);
  }
  return {
    kind: 'response',
    id,
    body: result === undefined ? { error: error ?? null } : { result },
  };
}

function innerProblem(method: string, params: JsonObject): string | undefined {
  for (const [key, only] of INNER_KEYS.get(method) ?? []) {
    const inner = own(params, key);
    if (inner === undefined) continue;
    if (!isJsonObject(inner)) return `expected ${key} to be an object`;
    const problem = only && keyProblem(inner, only, only);
    if (problem !== undefined) return `${problem} in ${key}`;
  }
  return undefined;
}

function judgeable(method: string, params: JsonObject): JsonObject {
  const wanted = own(params, 'notifications');
  if (method !== 'subscriptions/listen' || !isJsonObject(wanted)) return params;
  const known = Object.entries(wanted).filter(([key]) => SUBSCRIBED.has(key));
  return { ...params, notifications: Object.fromEntries(known) };
}

function metaProblem(meta: JsonValue | undefined): string | undefined {
  if (meta === undefined) return undefined;
  return isJsonObject(meta) ? keyProblem(meta, META_KEYS) : 'expected _meta to be an object';
}

/** Another reader may know a key by any letter case, so only the protocol's own spelling is taken. */
function keyProblem(
  object: JsonObject,
  meaningful: ReadonlySet<string>,
  only?: ReadonlySet<string>,
): string | undefined {
  for (const key of Object.keys(object)) {
    if (only !== undefined ? only.has(key) : meaningful.has(key)) continue;
    const shown = JSON.stringify(key.slice(0, 40));
    if (only !== undefined || magicKeys.has(key)) return `unknown key ${shown}`;
    const folded = fold(key);
    for (const each of meaningful) {
      if (fold(each) === folded) return `key ${shown} is not spelt ${JSON.stringify(each)}`;
    }
  }
  return undefined;
}

function isRequestId(id: JsonValue | undefined): id is RequestId {
  return (typeof id === 'string' && id.length <= 256) || Number.isSafeInteger(id);
}

function refuse(code: number, why: string, id?: RequestId): ClientMessage {
  return id === undefined ? { kind: 'refused', code, why } : { kind: 'refused', id, code, why };
}
