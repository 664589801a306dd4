import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv, { type RequestHandler } from 'sirv';
import { CliError } from './command.ts';

/** Both loopback addresses: `localhost` means either, by the browser's choice. */
const HOSTS = ['127.0.0.1', '::1'];
/** How long a published switch may go unnoticed. */
const SWITCH_CHECK_MS = 500;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A running server of one site folder. */
export type SiteServer = { url: string; close: () => Promise<void> };

/**
 * Serves a built site on both loopback addresses. `dir` may be a link that later points elsewhere, and may be
 * missing at first: then it answers 503 until the site is there.
 *
 * @throws CliError where the port is taken.
 */
export async function serveSite(dir: string, port: number): Promise<SiteServer> {
  const handler = siteHandler(dir);
  const servers = await listenOnAll(handler, port);
  if (servers.length === 0) throw new CliError('environment', 'no loopback address to listen on');
  return {
    url: `http://localhost:${boundPort(servers[0] as Server)}/`,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

const TRIES = 10;

/** Listens on all hosts, on one port. Where any will do, another is tried when that of the first is taken on the second. */
async function listenOnAll(handler: Handler, port: number): Promise<Server[]> {
  for (let left = port === 0 ? TRIES : 1; ; left--) {
    const servers: Server[] = [];
    try {
      for (const host of HOSTS) {
        const [first] = servers;
        const server = await listen(handler, host, first === undefined ? port : boundPort(first));
        if (server !== undefined) servers.push(server);
      }
      return servers;
    } catch (error) {
      for (const server of servers) server.close();
      if (left === 1) throw error;
    }
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function boundPort(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Listens; `undefined` where the machine has no such address. */
function listen(handler: Handler, host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler);
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')
        return resolve(undefined);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
        const why = error.code === 'EACCES' ? 'may not be used' : 'is taken';
        return reject(
          new CliError(
            'environment',
            `port ${port} ${why}: stop what listens there or choose another with --port`,
            { cause: error },
          ),
        );
      }
      reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function siteHandler(dir: string): Handler {
  let served: { path: string; handle: RequestHandler } | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const refresh = () => {
    if (performance.now() - checkedAt < SWITCH_CHECK_MS && served !== undefined) return;
    checkedAt = performance.now();
    const path = realPath(dir);
    if (path !== undefined && path !== served?.path) served = { path, handle: filesOf(path) };
  };
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response
        .writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' })
        .end('Only GET and HEAD here.\n');
      return;
    }
    refresh();
    if (served === undefined) {
      response
        .writeHead(503, { 'retry-after': '5', 'content-type': 'text/plain' })
        .end('The catalogue is being built; try again in a few seconds.\n');
      return;
    }
    const { handle, path } = served;
    if (isHidden(request.url ?? '/')) return void answerNotFound(path, response);
    handle(request, response, () => void answerNotFound(path, response));
  };
}

// What a build keeps for the next one begins with a dot; so does one folder that is for others.
function isHidden(url: string): boolean {
  try {
    return /[/\\]\.(?!well-known\/)/.test(decodeURIComponent(url.split('?', 1)[0] ?? ''));
  } catch {
    return true;
  }
}

function realPath(dir: string): string | undefined {
  try {
    return realpathSync(dir);
  } catch {
    return undefined;
  }
}

function filesOf(path: string): RequestHandler {
  return sirv(path, {
    // Files are looked up as they are asked for: a release of 200,000 files would take seconds to list at each switch.
    dev: true,
    extensions: ['html'],
    setHeaders: (response, pathname) => {
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('referrer-policy', 'no-referrer');
      response.setHeader('x-frame-options', 'DENY');
      response.setHeader('content-security-policy', "frame-ancestors 'none'");
      if (/\.(csv|json|jsonl|md|sqlite|svg|txt|xml)$/.test(pathname))
        response.setHeader('access-control-allow-origin', '*');
      // Types that sirv does not know; without one a browser that must not guess has none.
      if (pathname.endsWith('.jsonl')) response.setHeader('content-type', 'application/jsonl');
      if (pathname.endsWith('.sqlite'))
        response.setHeader('content-type', 'application/vnd.sqlite3');
      const isHashed = pathname.startsWith('/_astro/');
      response.setHeader(
        'cache-control',
        isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}

async function answerNotFound(path: string, response: ServerResponse): Promise<void> {
  const page = await readFile(join(path, '404.html')).catch(() => undefined);
  response.writeHead(404, {
    'content-type': page === undefined ? 'text/plain' : 'text/html;charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  response.end(page ?? 'Not found.\n');
}
