import { Agent, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { createNodePosts } from '../../node-posts.ts';
import type { Answer, Post, SendPost } from '../../post.ts';
import { prepareTarget } from '../../url-target.ts';

/** Both ways to a server at an `http:` address, for tests of what must be the same. */
export const ways: [way: string, open: (url: string) => SendPost][] = [
  ['our own client', (url) => prepareTarget(url, { 'X-Key': 'canary' }).post],
  [
    "Node's client",
    (address) => {
      const url = new URL(address);
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      return createNodePosts({
        ...{ request, agent, host: url.hostname, port: url.port },
        path: url.pathname + url.search,
        headers: ['Host', url.host, 'X-Key', 'canary'],
      }).post;
    },
  ],
];

/** Our own way, where only its behaviour is meant. */
export const [, openOwn] = ways[0] as (typeof ways)[0];

export type Outcome = { status?: number; body?: string; isWhole?: boolean; failure?: string };

/** Sends one post and gives all that is heard of it, once it is over; `seen` has its answer as soon as it begins. */
export function sendAndHear(
  send: SendPost,
  message = '{}',
  { headers = [], seen }: { headers?: string[]; seen?: (answer: Answer, post: Post) => void } = {},
): Promise<Outcome> {
  return new Promise((done) => {
    const heard: Outcome = {};
    const pieces: Buffer[] = [];
    const post = send(message, headers, {
      onAnswer(answer) {
        heard.status = answer.status;
        answer.read({
          onData: (piece) => void pieces.push(piece),
          onEnd(isWhole) {
            heard.body = Buffer.concat(pieces).toString('latin1');
            heard.isWhole = isWhole;
          },
        });
        seen?.(answer, post);
      },
      onFailure: (code) => {
        heard.failure = code;
      },
      onClose: () => done(heard),
    });
  });
}
