import { type JsonValue, own } from '@toolwarden/catalogue';
import { DECISION_KEY } from '../refusal.ts';

/** Whether a server's error carries what only a refusal of ours does: programs go by it, and where servers are joined so do we. */
export function claimsDecision(error: Buffer): boolean {
  let read: JsonValue;
  try {
    read = JSON.parse(error.toString()) as JsonValue;
  } catch {
    return false;
  }
  return own(own(read, 'data'), DECISION_KEY) !== undefined;
}
