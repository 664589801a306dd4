import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { scanFrame } from '../json/scan-frame.ts';
import { readStrictJson } from '../json/strict-json.ts';
import { serverRequests } from '../protocol/methods.ts';

/** What a result of the stateless era asks of the client, or why it must not reach it. */
export type CheckedResult =
  | { asks: { method: string; params: JsonObject }[]; isUnfinished: boolean }
  | { problem: string };

const NONE: CheckedResult = { asks: [], isUnfinished: false };

/**
 * In the stateless era a server asks the client by a result of its own type. Only such results are parsed; an ask the
 * client declared no support for is withheld, as a request would be.
 */
export function checkStatelessResult(body: Buffer, capabilities: JsonObject): CheckedResult {
  const fields = scanFrame(body)?.fields;
  if (fields === undefined) return { problem: 'its result cannot be read' };
  const type = fields.get('resultType');
  const named = type && body.toString('latin1', type.start, type.end);
  const isUnfinished = named === '"input_required"';
  if (!isUnfinished && named !== undefined && named !== '"complete"' && named !== '"task"')
    return { problem: 'its result is of an unknown type' };
  // A task asks by the same field in what a poll for it answers, whatever type that is of.
  if (!isUnfinished && !fields.has('inputRequests')) return NONE;
  const read = readStrictJson(body.toString());
  const requests = read.ok ? (own(read.value, 'inputRequests') ?? {}) : undefined;
  if (!isJsonObject(requests)) return { problem: 'what it asks for cannot be read' };
  const checked = declared(Object.values(requests), capabilities);
  return 'problem' in checked ? checked : { ...checked, isUnfinished };
}

function declared(requests: JsonValue[], capabilities: JsonObject): CheckedResult {
  const asks: { method: string; params: JsonObject }[] = [];
  for (const request of requests) {
    const method = own(request, 'method');
    const params = own(request, 'params') ?? {};
    const needs = typeof method === 'string' ? serverRequests.get(method) : undefined;
    if (needs === undefined || !Object.hasOwn(capabilities, needs) || !isJsonObject(params)) {
      return { problem: 'it asks for what the client does not offer' };
    }
    asks.push({ method: method as string, params });
  }
  return { asks, isUnfinished: true };
}
