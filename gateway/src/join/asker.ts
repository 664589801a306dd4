import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { readExactly } from '../responses/read-exactly.ts';

const ASKS = 'elicitation/create';
/** An error that sends the user to pages first. */
const PAGES_FIRST = -32042;

/**
 * A request of a server to the user, who reads in it which server asks: all of them speak through one connection. What the
 * server calls its page has the server's name before it, so that no other can say that the user is done there.
 */
export function askedBy(server: string, request: JsonObject): JsonObject {
  return request['method'] === ASKS
    ? { ...request, params: named(server, request['params']) }
    : request;
}

/** An answer whose questions to the user say which server asks; itself where it has none. */
export function withAskers(server: string, message: string | Buffer): string | Buffer {
  if (!message.includes('elicitation') && !message.includes('\\u00')) return message;
  const answer = readExactly(message.toString());
  if (!isJsonObject(answer)) return message;
  const { result, error } = answer;
  const requests = own(result, 'inputRequests');
  if (isJsonObject(result) && isJsonObject(requests)) {
    const asked = Object.entries(requests).map(([key, request]) => [
      key,
      isJsonObject(request) ? askedBy(server, request) : request,
    ]);
    return JSON.stringify({
      ...answer,
      result: { ...result, inputRequests: Object.fromEntries(asked) },
    });
  }
  const data = own(error, 'data');
  const pages = own(data, 'elicitations');
  if (!isJsonObject(error) || error['code'] !== PAGES_FIRST) return message;
  if (!isJsonObject(data) || !Array.isArray(pages)) return message;
  const elicitations = pages.map((page) => named(server, page) as JsonValue);
  return JSON.stringify({ ...answer, error: { ...error, data: { ...data, elicitations } } });
}

/** What a server calls the page that it leads to, as the client knows it. No server's name holds a colon. */
export function joinedPage(server: string, elicitationId: string): string {
  return `${server}:${elicitationId}`;
}

function named(server: string, question: JsonValue | undefined): JsonValue {
  if (!isJsonObject(question)) return question ?? {};
  const { message, elicitationId: id } = question;
  return {
    ...question,
    ...(typeof message === 'string' && { message: `[${server}] ${message}` }),
    ...(typeof id === 'string' && { elicitationId: joinedPage(server, id) }),
  };
}
