import { createHash } from 'node:crypto';
import { compactJson, type JsonValue } from '@toolwarden/catalogue';
import type { CallEntry } from './state.ts';

/** What an approval is for: change anything that matters about a call and it is another call. */
export function approvalBinding(entry: CallEntry, policyDigest: string): string {
  const { grant, server, method, tool, definitionDigest = null } = entry;
  // The order of an object's keys means nothing, so the same call written in another order is the same call.
  const bound: JsonValue[] = [
    grant,
    server,
    method,
    tool,
    definitionDigest,
    entry.arguments,
    policyDigest,
  ];
  if (entry.replies !== undefined) bound.push(entry.replies);
  return createHash('sha256').update(compactJson(bound)).digest('hex');
}
