import type { IncomingHttpHeaders } from 'node:http';

/** What stands against a request with a body, by its headers alone. */
export function bodyProblem(headers: IncomingHttpHeaders, most: number) {
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return { status: 415, message: 'expected Content-Type: application/json' };
  }
  if (headers['content-encoding'] !== undefined) {
    return { status: 415, message: 'a body must not be compressed' };
  }
  if (!accepts(headers, 'application/json') || !accepts(headers, 'text/event-stream')) {
    return { status: 406, message: 'expected Accept: application/json, text/event-stream' };
  }
  if (Number(headers['content-length'] ?? 0) > most) {
    return { status: 413, message: `the body is longer than ${most} bytes` };
  }
  return undefined;
}

/** Whether a client takes an answer of this kind. */
export function accepts({ accept = '' }: IncomingHttpHeaders, type: string): boolean {
  return accept.includes(type) || accept.includes('*/*');
}
