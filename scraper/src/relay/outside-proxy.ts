import {
  type ClientRequest,
  request as httpRequest,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** The proxy that this machine's settings name for reaching a registry, as npm reads them. */
export type OutsideProxy = {
  /** Undefined where registries are reached directly. */
  url: string | undefined;
  /** Hosts, or their ends, that are reached directly all the same. */
  except: string[];
};

const CONNECT_MS = 30_000;

/** Asks for a plain http address: its own host, or a proxy, which gets the whole address. */
export function ask(
  url: URL,
  outside: OutsideProxy,
  { method, headers }: { method: string; headers: OutgoingHttpHeaders },
): ClientRequest {
  const proxy = proxyFor(url.hostname, outside);
  if (proxy === undefined) return httpRequest(url, { method, headers, agent: false });
  return requestOf(proxy, {
    method,
    path: url.href,
    headers: { ...headers, ...authorization(proxy) },
  });
}

/** A connection to a host, through a proxy where there is one. */
export function dial(url: URL, outside: OutsideProxy): Promise<Duplex> {
  const proxy = proxyFor(url.hostname, outside);
  const port = url.port || '80';
  return new Promise((resolve, reject) => {
    if (proxy === undefined) {
      const socket = connect({ host: bare(url), port: Number(port) });
      socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no connection in time')));
      socket.once('error', reject);
      socket.once('connect', () => resolve(socket.setTimeout(0)));
      return;
    }
    const path = `${url.hostname}:${port}`;
    const headers = { host: path, ...authorization(proxy) };
    const asking = requestOf(proxy, { method: 'CONNECT', path, headers, timeout: CONNECT_MS });
    const refused = (status: number | undefined) =>
      reject(new Error(`the proxy of the npm settings answered ${status}`));
    asking.once('timeout', () => asking.destroy(new Error('the proxy gave no connection in time')));
    asking.once('error', reject);
    asking.once('connect', ({ statusCode }, socket, head) => {
      if (statusCode !== 200) {
        socket.destroy();
        return refused(statusCode);
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.end();
  });
}

/** The proxy on the way to a host, if there is one. */
function proxyFor(host: string, { url, except }: OutsideProxy): URL | undefined {
  if (url === undefined || except.some((end) => isBelow(host, end))) return undefined;
  return new URL(url);
}

function isBelow(host: string, end: string): boolean {
  const name = end.replace(/^\*?\./, '');
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

function requestOf(proxy: URL, options: RequestOptions): ClientRequest {
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const port = proxy.port || (proxy.protocol === 'https:' ? 443 : 80);
  return request({ ...options, host: bare(proxy), port, agent: false });
}

function authorization({ username, password }: URL): OutgoingHttpHeaders {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A password may hold a bare percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The host of an address without the brackets of IPv6. */
function bare({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
