import { isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { type Span, scanFrame } from '../json/scan-frame.ts';
import { readStrictJson } from '../json/strict-json.ts';
import type { RequestId } from './client-message.ts';

/** A message of the server. An answer is not parsed, only its id is found. */
export type ServerMessage =
  | { kind: 'answer'; id: number; idSpan: Span; isError: boolean; body: Span }
  | { kind: 'request'; id: RequestId; method: string; params?: JsonObject }
  | { kind: 'notification'; method: string; params?: JsonObject }
  /** Something printed on stdout that is no message, or not a readable one. */
  | { kind: 'junk' };

const JUNK: ServerMessage = { kind: 'junk' };

/** Reads a line of the server. Answers stay bytes: parsing and printing 20 kB costs more than all the rest of a call. */
export function readServerMessage(line: Buffer): ServerMessage {
  const frame = scanFrame(line);
  if (frame === undefined || !isUtf8(line)) return JUNK;
  const { fields } = frame;
  return fields.has('method') ? readCall(line) : readAnswer(line, fields);
}

function readAnswer(line: Buffer, fields: Map<string, Span>): ServerMessage {
  const idSpan = fields.get('id');
  const result = fields.get('result');
  const body = result ?? fields.get('error');
  // INVARIANT: an answer has these three fields and no other, so no client can take it for a request.
  if (idSpan === undefined || body === undefined || fields.size !== 3 || !fields.has('jsonrpc')) {
    return JUNK;
  }
  const id = Number(line.toString('latin1', idSpan.start, idSpan.end));
  return Number.isSafeInteger(id)
    ? { kind: 'answer', id, idSpan, isError: result === undefined, body }
    : JUNK;
}

function readCall(line: Buffer): ServerMessage {
  const read = readStrictJson(line.toString());
  if (!read.ok || !isJsonObject(read.value)) return JUNK;
  const { value } = read;
  const method = own(value, 'method');
  const params = own(value, 'params');
  const id = own(value, 'id');
  const isWhole = Object.keys(value).every((key) => /^(jsonrpc|id|method|params)$/.test(key));
  if (typeof method !== 'string' || !isWhole || own(value, 'jsonrpc') !== '2.0') return JUNK;
  if (params !== undefined && !isJsonObject(params)) return JUNK;
  const message = params === undefined ? { method } : { method, params };
  if (id === undefined) return { kind: 'notification', ...message };
  return typeof id === 'string' || Number.isSafeInteger(id)
    ? { kind: 'request', id: id as RequestId, ...message }
    : JUNK;
}
