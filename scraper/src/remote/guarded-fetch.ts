import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ScraperError } from '../scraper-error.ts';
import { type AddressRules, addressProblem, urlProblem } from './address-rules.ts';

type Resolve = (host: string) => Promise<LookupAddress[]>;

export type FetchBounds = AddressRules & {
  /** Of one answer, decoded. */
  bodyBytes: number;
  /** Of one line of an event stream; the body's where absent. */
  lineBytes?: number;
  /** Of all answers together. */
  totalBytes?: number;
  /** Told when an answer is cut: who reads an event stream does not always say why it ended. */
  onCut?: (error: ScraperError) => void;
  /** Finds addresses; the system's way unless a test gives another. */
  resolve?: Resolve;
};

/**
 * A `fetch` for places that strangers name: it dials only addresses that the rules allow, and the very address that
 * was checked; it follows no redirect, so that its caller asks again and the next place is checked as well; and what
 * it takes in has an end. Nothing of the machine's own (cookies, proxies, credentials) goes along.
 */
export function guardedFetch(bounds: FetchBounds) {
  let received = 0;
  const spend = (bytes: number) => {
    received += bytes;
    return received <= (bounds.totalBytes ?? Number.POSITIVE_INFINITY);
  };
  return async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input);
    const problem = urlProblem(url, bounds);
    if (problem !== undefined) throw refused(url, problem);
    const message = await send(url, init, bounds);
    return responseOf(url, message, bounds, spend);
  };
}

function refused(url: URL, problem: string): ScraperError {
  return new ScraperError('address-refused', `${url.origin}: ${problem}`);
}

function send(url: URL, init: RequestInit, bounds: FetchBounds): Promise<IncomingMessage> {
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = init.body ?? undefined;
  if (body !== undefined && typeof body !== 'string' && !(body instanceof URLSearchParams))
    throw new TypeError('only texts can be sent');
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: init.method ?? 'GET',
        headers: { 'accept-encoding': 'gzip, deflate, br', ...headers },
        lookup: checkedLookup(url, bounds),
        // A connection of its own: no other exchange can have chosen where it leads.
        agent: false,
        ...(init.signal && { signal: init.signal }),
        maxHeaderSize: 32 * 1024,
      },
      resolve,
    );
    outgoing.on('error', reject);
    // A server that changes the protocol takes the connection away without an error, and nothing would ever settle.
    outgoing.on('upgrade', (_, socket) => socket.destroy());
    outgoing.on('close', () => reject(new Error(`${url.origin} closed without an answer`)));
    outgoing.end(body === undefined ? undefined : String(body));
  });
}

const resolveBySystem: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });

/** What it returns is what gets dialled, so a name cannot mean one address when checked and another when used. */
function checkedLookup(url: URL, bounds: FetchBounds): LookupFunction {
  return (host, options, callback) => {
    (bounds.resolve ?? resolveBySystem)(host).then(
      (found) => {
        const problem =
          found.length === 0
            ? 'its name has no address'
            : found
                .map(({ address }) => addressProblem(address, url, bounds))
                .find((one) => one !== undefined);
        // One bad address among good ones is no accident.
        if (problem !== undefined) return callback(refused(url, problem), '', 4);
        if (options.all) return callback(null, found);
        const [first] = found as [LookupAddress];
        callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, '', 4),
    );
  };
}

function responseOf(
  url: URL,
  message: IncomingMessage,
  bounds: FetchBounds,
  spend: (bytes: number) => boolean,
): Response {
  const status = message.statusCode ?? 500;
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  const isEmpty = status === 204 || status === 205 || status === 304;
  if (isEmpty || status < 200 || status > 599) {
    message.resume();
    return new Response(null, { status: isEmpty ? status : 500, headers });
  }
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const cap = capped(url, bounds, isStream, spend);
  const decoder = decoderFor(headers.get('content-encoding'));
  const parts = decoder === undefined ? [cap] : [decoder, cap];
  // An end that comes too early is an error of the message, which a plain pipe would not carry on.
  let body: Readable = message;
  for (const part of parts) {
    const from = body;
    from.on('error', (error) => part.destroy(error));
    part.on('close', () => from.destroy());
    body = from.pipe(part);
  }
  message.on('aborted', () => parts[0]?.destroy(new Error('the answer broke off')));
  // Its length and encoding were those of the wire.
  headers.delete('content-encoding');
  headers.delete('content-length');
  const web = Readable.toWeb(cap) as ReadableStream<Uint8Array>;
  return new Response(web, { status, headers });
}

function decoderFor(encoding: string | null): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

const NEWLINE = 10;

/** Passes bytes on until there are too many of them, in all or since the last line break. */
function capped(
  url: URL,
  bounds: FetchBounds,
  isStream: boolean,
  spend: (bytes: number) => boolean,
): Transform {
  let bytes = 0;
  let lineBytes = 0;
  const lineLimit = isStream ? (bounds.lineBytes ?? bounds.bodyBytes) : bounds.bodyBytes;
  const over = (what: string) => {
    const error = new ScraperError('answer-too-large', `${url.origin}: ${what}`);
    bounds.onCut?.(error);
    return error;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const end = chunk.lastIndexOf(NEWLINE);
      lineBytes = end < 0 ? lineBytes + chunk.length : chunk.length - end - 1;
      if (!isStream && bytes > bounds.bodyBytes)
        return done(over(`answer over ${bounds.bodyBytes} bytes`));
      if (isStream && lineBytes > lineLimit) return done(over(`line over ${lineLimit} bytes`));
      if (!spend(chunk.length)) return done(over(`output over ${bounds.totalBytes} bytes`));
      done(null, chunk);
    },
  });
}
