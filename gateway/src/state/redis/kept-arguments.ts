import type { JsonObject } from '@toolwarden/catalogue';
import type { CallEntry } from '../state.ts';

/** What is kept of a call while it may be approved; printed JSON holds no line end, so one stands between the two. */
export function keptText({ arguments: args, replies }: CallEntry): string {
  const text = JSON.stringify(args);
  return replies === undefined ? text : `${text}\n${JSON.stringify(replies)}`;
}

/** Reads it again. */
export function readKept(text: string): { arguments: JsonObject; replies?: JsonObject } {
  const [args = '{}', replies] = text.split('\n', 2);
  return {
    arguments: JSON.parse(args) as JsonObject,
    ...(replies !== undefined && { replies: JSON.parse(replies) as JsonObject }),
  };
}
