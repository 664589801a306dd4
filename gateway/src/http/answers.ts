import type { ServerResponse } from 'node:http';
import type { JsonObject } from '@toolwarden/catalogue';
import type { HeaderProblem } from './standard-headers.ts';

/** For errors of the transport that the protocol names no code for. */
export const SERVER_ERROR = -32000;

/** A refusal before any message: the connection is not worth keeping. */
export function close(
  response: ServerResponse,
  status: number,
  message: string,
  more: string[] = [],
): void {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: null,
    error: { code: SERVER_ERROR, message: `Refused: ${message}` },
  });
  send(response, status, body, ['Connection', 'close', ...more]);
}

/** An error as the answer to a message. */
export function error(
  response: ServerResponse,
  status: number,
  id: string | number | null,
  { code, message, data }: HeaderProblem,
): void {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: { code, message, ...(data && { data }) },
  });
  send(response, status, body, []);
}

/** A document for whoever asks. */
export function publish(response: ServerResponse, document: string): void {
  send(response, 200, document, ['Cache-Control', 'max-age=3600']);
}

function send(response: ServerResponse, status: number, body: string, more: string[]): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, [
    'Content-Type',
    'application/json',
    'Content-Length',
    length,
    ...more,
  ]);
  response.end(body);
}

/** Turned away at the door. */
export function tooMuch(
  response: ServerResponse,
  { status, retryAfterS }: { status: number; retryAfterS: number },
) {
  close(response, status, 'too much at once; send it later', ['Retry-After', String(retryAfterS)]);
}

export function noSession(response: ServerResponse, id: string | number | null): void {
  error(response, 404, id, {
    code: SERVER_ERROR,
    message: 'There is no such session; begin with initialize',
  });
}

/** Whether an answer is the result of a request, and no error. */
export function isResult(answer: string | Buffer): boolean {
  const value = JSON.parse(answer.toString()) as JsonObject;
  return Object.hasOwn(value, 'result');
}

/** Lets the page of an origin that may call read what it is answered. */
export function allowPage(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader(
    'Access-Control-Expose-Headers',
    'Mcp-Session-Id, WWW-Authenticate, Retry-After',
  );
  response.setHeader('Vary', 'Origin');
}

/** What a browser asks before it lets a page call; it sends no token with that. */
export function preflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', 'POST, GET, DELETE');
  response.setHeader('Access-Control-Allow-Headers', 'Authorization, *');
  response.setHeader('Access-Control-Max-Age', '600');
  response.writeHead(204, ['Content-Length', '0']).end();
}
