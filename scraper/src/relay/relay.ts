import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { join } from 'node:path';
import { type Duplex, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { temporaryPrefix } from '../leftovers.ts';
import { ask, dial, type OutsideProxy } from './outside-proxy.ts';

export type RelayOptions = {
  /** Where it may lead, as `host:port`; nowhere else. */
  hosts: string[];
  outsideProxy: OutsideProxy;
  /** All that may be sent and received. */
  bytes: number;
  /** What is said of any other host, after its name. */
  refusal: string;
  /** The user that may use it; ourselves where absent. */
  owner: { uid: number; gid: number } | undefined;
};

export type RelayProblem = { reason: 'install-failed' | 'unreachable'; words: string };

/** A way out of a sandbox without network: a proxy behind a Unix socket that leads to some hosts only. */
export type Relay = {
  socket: string;
  /** The hosts that it was really asked to reach, and could. */
  reached: () => string[];
  /** What was refused, or that the registry could not be reached: what explains an installation that failed. */
  problem: () => RelayProblem | undefined;
  close: () => Promise<void>;
};

/** npm opens fifteen, uv fifty. */
const MAX_CONNECTIONS = 100;

/**
 * Starts a proxy for one program. What a package names cannot lead anywhere but to `hosts`, which the operator names and
 * no stranger does; so it does not matter what addresses these have: a private registry has a private one.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { url } = options.outsideProxy;
  if (url !== undefined && !(/^https?:\/\/[^/]/.test(url) && URL.canParse(url)))
    throw new Error('the proxy of the npm settings is no http or https address');
  const books = new Books(options);
  // A package manager may keep a connection for as long as it runs, and would take its end for a fault of the registry's.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) =>
    passOn(request, response, books),
  );
  server.on('connect', (request: IncomingMessage, inner: Duplex, head: Buffer) =>
    openTunnel(request.url ?? '', inner, head, books),
  );
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('connection', books.keep);
  server.maxConnections = MAX_CONNECTIONS;

  const dir = await mkdtemp(temporaryPrefix('relay'));
  const socket = join(dir, 'socket');
  const close = async () => {
    books.closeAll();
    await new Promise((resolve) => server.close(resolve));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    await chmod(socket, 0o600);
    if (options.owner) await chown(socket, options.owner.uid, options.owner.gid);
    // Whoever sets the sandbox up is another user, and has to find the socket.
    await chmod(dir, 0o711);
  } catch (error) {
    await close();
    throw error;
  }
  return { socket, reached: () => books.reached(), problem: () => books.problem(), close };
}

/** What one relay may do, and has done. */
class Books {
  readonly outsideProxy: OutsideProxy;
  private readonly options: RelayOptions;
  private readonly open = new Set<Duplex>();
  private readonly known = new Set<string>();
  private left: number;
  private refusal: string | undefined;
  /** Of the last try to reach a host: a package manager tries again, and may succeed. */
  private unreachable: string | undefined;

  constructor(options: RelayOptions) {
    this.options = options;
    this.outsideProxy = options.outsideProxy;
    this.left = options.bytes;
  }

  mayReach(authority: string): boolean {
    return this.options.hosts.includes(authority);
  }

  refuse(host: string): string {
    this.refusal ??= `${host} ${this.options.refusal}`;
    return this.refusal;
  }

  found(authority: string): void {
    this.unreachable = undefined;
    this.known.add(authority);
  }

  /** Gives the reason in words for the program, which need not know where our proxy stands: no name and no address. */
  missed({ code, message }: NodeJS.ErrnoException): string {
    const reason = code ?? message;
    this.unreachable = `its registry cannot be reached: ${reason}`;
    return reason;
  }

  reached(): string[] {
    return [...this.known].sort();
  }

  problem(): RelayProblem | undefined {
    const { refusal, unreachable } = this;
    if (refusal !== undefined) return { reason: 'install-failed', words: refusal };
    return unreachable === undefined ? undefined : { reason: 'unreachable', words: unreachable };
  }

  /** Passes bytes on until the program has had its share. */
  meter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.left -= chunk.length;
        if (this.left >= 0) return done(null, chunk);
        this.refusal ??= `more than ${this.options.bytes / 1024 ** 2} MiB were fetched`;
        done(new Error(this.refusal));
      },
    });
  }

  keep = (socket: Duplex): void => {
    this.open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.open.delete(socket));
  };

  closeAll(): void {
    for (const one of this.open) one.destroy();
  }
}

/** Fetches a plain http address. */
function passOn(request: IncomingMessage, response: ServerResponse, books: Books): void {
  const url = placeOf(request.url ?? '');
  if (url === undefined || !books.mayReach(authorityOf(url))) {
    const host = url === undefined ? 'a place without a name' : authorityOf(url);
    end(response, 403, books.refuse(host));
    return;
  }
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    end(response, 405, 'only GET and HEAD are passed on');
    return;
  }
  const headers = { ...endToEnd(request.headers), host: url.host };
  const outgoing = ask(url, books.outsideProxy, { method, headers });
  outgoing.once('socket', books.keep);
  outgoing.once('response', (answer) => {
    const { statusCode = 0 } = answer;
    if (statusCode < 200) return void outgoing.destroy(new Error('its answer has no status'));
    books.found(authorityOf(url));
    response.writeHead(statusCode, endToEnd(answer.headers));
    // Either side may go at any time; what it asked for then comes to an end, too.
    pipeline(answer, books.meter(), response).catch(() => response.destroy());
  });
  const fail = (error: Error) => {
    if (!response.headersSent && !response.destroyed) end(response, 502, books.missed(error));
    else response.destroy();
  };
  outgoing.on('error', fail);
  // It may go over to another protocol, which is no answer.
  outgoing.once('upgrade', () => fail(new Error('its answer has no status')));
  response.once('close', () => outgoing.destroy());
  outgoing.end();
}

/** Carries bytes, which are encrypted as a rule, to a host and back. */
function openTunnel(to: string, inner: Duplex, head: Buffer, books: Books): void {
  books.keep(inner);
  const url = placeOf(`http://${to}`);
  // The port is written out: an address without one, or with more than these, is none.
  if (url === undefined || authorityOf(url) !== to || !books.mayReach(to)) {
    inner.end(answerLine(403, books.refuse(to)));
    return;
  }
  dial(url, books.outsideProxy).then(
    (outer) => {
      books.found(to);
      books.keep(outer);
      if (inner.destroyed) return void outer.destroy();
      inner.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) inner.unshift(head);
      const over = () => {
        inner.destroy();
        outer.destroy();
      };
      pipeline(inner, books.meter(), outer).catch(over);
      pipeline(outer, books.meter(), inner).catch(over);
    },
    (error: Error) => {
      inner.end(answerLine(502, books.missed(error)));
    },
  );
}

/** `host:port`, the port written out also where it is the usual one. */
export function authorityOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** A place to fetch from in the clear; what is encrypted comes as a tunnel and never as a whole address. */
function placeOf(address: string): URL | undefined {
  if (!address.startsWith('http://') || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.username === '' && url.password === '' ? url : undefined;
}

/** What belongs to one connection and not to the message (RFC 9110, 7.6.1). */
const OF_CONNECTION = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name)));
}

function end(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(words);
}

function answerLine(status: number, words: string): string {
  return `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(words)}\r\n\r\n${words}`;
}
