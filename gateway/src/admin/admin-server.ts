import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../gateway-error.ts';
import { createGate, refusalOf } from '../http/request-checks.ts';

/** One thing that must hold for calls to pass; `undefined` where it does. */
type Check = () => string | undefined | Promise<string | undefined>;

/** What an operator's tools may ask. */
export type AdminOptions = {
  host: string;
  port: number;
  checks: Record<string, Check>;
  /** The text format of Prometheus. */
  metrics: () => Promise<string>;
  /** Pages for people; gives whether the request was theirs. */
  pages: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Where people reach the pages, if that is not this listener's own address. */
  pagesAt?: string | undefined;
};

/** Serves health, metrics and the approval pages, on a port of their own so that no client ever reaches them. */
export async function serveAdmin(
  options: AdminOptions,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { host, port, pagesAt } = options;
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000 });
  await listening(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  const gate = createGate({}, taken, true);
  // Health and metrics are told under no other name: nobody logs in to them.
  const pagesGate = pagesAt === undefined ? gate : createGate(elsewhere(pagesAt), taken, true);
  server.on('request', (request, response) => {
    const isPages = /^\/approvals(?=[/?]|$)/.test(request.url ?? '');
    const refusal = refusalOf(request, isPages ? pagesGate : gate);
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
      response
        .writeHead(status, { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' })
        .end(text);
    if (refusal !== undefined) return answer(refusal.status, `${refusal.message}\n`);
    const answerHere = async (isTheirs: boolean) => {
      if (isTheirs) return;
      if (request.method !== 'GET') return void answer(405, 'only GET\n');
      const { status, text, type } = await answerTo(request.url ?? '', options);
      answer(status, text, type);
    };
    options
      .pages(request, response)
      .then(answerHere)
      .catch(() => answer(500, 'this could not be found out\n'));
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function elsewhere(pagesAt: string) {
  const { hostname, origin } = new URL(pagesAt);
  return { hosts: [hostname], origins: [origin] };
}

type Answer = { status: number; text: string; type?: string };

async function answerTo(url: string, { checks, metrics }: AdminOptions): Promise<Answer> {
  switch (url.split('?', 1)[0]) {
    case '/livez':
      return { status: 200, text: 'ok\n' };
    case '/readyz': {
      const lines: string[] = [];
      let isReady = true;
      for (const [name, check] of Object.entries(checks)) {
        const problem = await check();
        if (problem !== undefined) isReady = false;
        lines.push(
          `${problem === undefined ? 'ok' : 'not ok'} ${name}${problem ? `: ${problem}` : ''}`,
        );
      }
      return { status: isReady ? 200 : 503, text: `${lines.join('\n')}\n` };
    }
    case '/metrics':
      return {
        status: 200,
        text: await metrics(),
        type: 'text/plain; version=0.0.4; charset=utf-8',
      };
    default:
      return { status: 404, text: 'only /approvals, /livez, /readyz and /metrics\n' };
  }
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : (cause.code ?? cause.message);
      reject(
        new GatewayError('not-listening', `cannot listen on ${host}:${port} for admin: ${why}`, {
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
