import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createNodePosts } from './node-posts.ts';
import { createPlainPosts, linesOf } from './plain/plain-posts.ts';
import {
  areSendable,
  POSTED,
  type Post,
  type PostEvents,
  type SendGet,
  type SendPost,
  STREAMED,
} from './post.ts';

/** Where a server is, prepared once: the same for all its clients. */
export type UrlTarget = {
  readonly url: URL;
  readonly host: string;
  readonly port: string;
  readonly agent: HttpAgent;
  readonly request: typeof httpRequest;
  /** Sends one message to the address, with these headers and those that every message there has. */
  readonly post: SendPost;
  /** The same for a stream of what the server says unasked. */
  readonly get: SendGet;
  /** Names and values in turn; the gateway's own credentials are among them. */
  readonly headers: readonly string[];
};

/** How long a connection is kept that nobody uses: what stands between closes it after a minute or more. */
const KEPT_MS = 30_000;

/** Prepares a server's address, with connections that are kept for its next request. */
export function prepareTarget(address: string, headers: Record<string, string> = {}): UrlTarget {
  const url = new URL(address);
  const options = {
    ...{ keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' as const },
    // Only with one of its own does the agent heed what a server says of how long it keeps a connection: a call that
    // meets the end of one may have run. It ends those alone that nobody uses.
    timeout: KEPT_MS,
  };
  const isSecure = url.protocol === 'https:';
  const place = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    agent: isSecure ? new HttpsAgent(options) : new HttpAgent(options),
    request: isSecure ? (httpsRequest as typeof httpRequest) : httpRequest,
    headers: ['Host', url.host, ...Object.entries(headers).flat()],
  };
  return { url, ...place, ...waysTo(url, place) };
}

/** Where a request to a server goes. */
export function placeOf({ host, port, agent }: UrlTarget, method: string) {
  return { method, host, port, agent };
}

function waysTo(url: URL, place: Omit<UrlTarget, 'url' | 'post' | 'get'>) {
  const path = url.pathname + url.search;
  const head = (method: string, more: string[]) =>
    `${method} ${path} HTTP/1.1\r\n${linesOf([...place.headers, ...more])}Connection: keep-alive\r\n`;
  const ways =
    url.protocol === 'https:'
      ? createNodePosts({ ...place, path })
      : createPlainPosts({
          ...{ host: place.host, port: Number(place.port || 80), keptMs: KEPT_MS },
          ...{ postHead: head('POST', POSTED), getHead: head('GET', STREAMED) },
        });
  const isFixedSendable = areSendable(place.headers);
  const isSendable = (more: readonly string[]) => isFixedSendable && areSendable(more);
  const post: SendPost = (message, more, events) =>
    isSendable(more) ? ways.post(message, more, events) : unsent(events);
  const get: SendGet = (more, events) =>
    isSendable(more) ? ways.get(more, events) : unsent(events);
  return { post, get };
}

function unsent(events: PostEvents): Post {
  setImmediate(() => {
    events.onFailure('a header cannot be sent');
    events.onClose();
  });
  return { destroy() {} };
}
