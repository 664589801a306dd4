import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { readStrictJson } from '../json/strict-json.ts';
import { repliesIn } from '../link/replies.ts';

/** Names our question in a result of the stateless era. */
const QUESTION = 'toolwarden-approval';
/** Begins our state, so that it is told from a server's. */
const PREFIX = 'toolwarden-approval.';

/** A request whose client comes back from our question, with the params that it had before. */
export type ReturnedRound = { params: JsonObject; isAccepted: boolean };

/**
 * A result that asks the client to lead its user to the page. The state holds what the request itself answered to its
 * server, because a client sends only its latest answers.
 *
 * It is not signed: whatever comes back is judged, and approved, as the call that it then is.
 */
export function approvalRound(question: JsonObject, params: JsonObject): JsonObject {
  const { replies = {} } = repliesIn(params);
  return {
    resultType: 'input_required',
    inputRequests: { [QUESTION]: { method: 'elicitation/create', params: question } },
    requestState: PREFIX + Buffer.from(JSON.stringify(replies)).toString('base64url'),
  };
}

/** Reads what a client brings back from our question; `undefined` where it is not from there, `invalid` where it cannot be read. */
export function returnedRound(params: JsonObject): ReturnedRound | 'invalid' | undefined {
  const state = own(params, 'requestState');
  if (typeof state !== 'string' || !state.startsWith(PREFIX)) return undefined;
  // It goes on as a part of the message, so it is read as strictly as the message was.
  const read = readStrictJson(Buffer.from(state.slice(PREFIX.length), 'base64url').toString());
  if (!read.ok || !isJsonObject(read.value)) return 'invalid';
  const { inputResponses: answers, requestState: _, ...rest } = params;
  const isAccepted = own(own(answers, QUESTION), 'action') === 'accept';
  return { params: { ...rest, ...repliesIn(read.value).replies }, isAccepted };
}
