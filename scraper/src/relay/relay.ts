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
  const { bytes, outsideProxy, owner } = options;
  if (outsideProxy.url !== undefined && !/^https?:\/\/[^/]/.test(outsideProxy.url))
    throw new Error('the proxy of the npm settings is no http or https address');
  const allowed = new Set(options.hosts);
  const open = new Set<Duplex>();
  const reached = new Set<string>();
  let refusal: string | undefined;
  /** Of the last try to reach the registry: a package manager tries again, and may succeed. */
  let unreachable: string | undefined;
  let left = bytes;
  const refuse = (host: string) => {
    refusal ??= `${host} ${options.refusal}`;
    return refusal;
  };
  /** Passes bytes on until the program has had its share. */
  const metered = () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        left -= chunk.length;
        if (left >= 0) return done(null, chunk);
        refusal ??= `more than ${bytes / 1024 ** 2} MiB were fetched`;
        done(new Error(refusal));
      },
    });
  const keep = (socket: Duplex) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  };

  // A package manager may keep a connection for as long as it runs, and would take its end for a fault of the registry's.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const url = placeOf(request.url ?? '');
    if (url === undefined || !allowed.has(authorityOf(url)))
      return end(
        response,
        403,
        refuse(url === undefined ? 'a place without a name' : authorityOf(url)),
      );
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response, 405, 'only GET and HEAD are passed on');
    const headers = { ...endToEnd(request.headers), host: url.host };
    const outgoing = ask(url, outsideProxy, { method: request.method, headers });
    outgoing.once('socket', keep);
    outgoing.once('response', (answer) => {
      unreachable = undefined;
      reached.add(authorityOf(url));
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      // Either side may go at any time; what it asked for then comes to an end, too.
      pipeline(answer, metered(), response).catch(() => response.destroy());
    });
    outgoing.once('error', (error) => {
      if (!response.headersSent && !response.destroyed) unreachable = wordsOf(error);
      end(response, 502, error.message);
    });
    response.once('close', () => outgoing.destroy());
    outgoing.end();
  });
  server.on('connect', (request: IncomingMessage, inner: Duplex, head: Buffer) => {
    keep(inner);
    const url = placeOf(`http://${request.url}`);
    // The port is written out: an address without one, or with more than these, is none.
    if (url === undefined || authorityOf(url) !== request.url || !allowed.has(request.url)) {
      inner.end(answerLine(403, refuse(request.url ?? '')));
      return;
    }
    dial(url, outsideProxy).then(
      (outer) => {
        unreachable = undefined;
        reached.add(authorityOf(url));
        keep(outer);
        if (inner.destroyed) return void outer.destroy();
        inner.write('HTTP/1.1 200 Connection established\r\n\r\n');
        outer.write(head);
        const over = () => {
          inner.destroy();
          outer.destroy();
        };
        pipeline(inner, metered(), outer).catch(over);
        pipeline(outer, metered(), inner).catch(over);
      },
      (error: Error) => {
        unreachable = wordsOf(error);
        inner.end(answerLine(502, error.message));
      },
    );
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('connection', keep);
  server.maxConnections = MAX_CONNECTIONS;

  const dir = await mkdtemp(temporaryPrefix('relay'));
  const socket = join(dir, 'socket');
  const close = async () => {
    for (const one of open) one.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    await chmod(socket, 0o600);
    if (owner) await chown(socket, owner.uid, owner.gid);
    // Whoever sets the sandbox up is another user, and has to find the socket.
    await chmod(dir, 0o711);
  } catch (error) {
    await close();
    throw error;
  }
  const problem = (): RelayProblem | undefined => {
    if (refusal !== undefined) return { reason: 'install-failed', words: refusal };
    return unreachable === undefined ? undefined : { reason: 'unreachable', words: unreachable };
  };
  return { socket, reached: () => [...reached].sort(), problem, close };
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  return `its registry cannot be reached: ${code ?? message}`;
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
