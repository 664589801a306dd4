import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../gateway-error.ts';
import { type ApprovalPagesOptions, createApprovalPages } from './approval-pages.ts';

/** The pages on a listener of their own, for a machine whose servers are only wrapped. */
export type ApprovalServer = { url: string; close(): Promise<void> };

/** Serves the approval pages on this machine's loopback address; port 0 takes any. */
export async function serveApprovals(
  options: ApprovalPagesOptions & { port: number },
): Promise<ApprovalServer> {
  const pages = createApprovalPages(options);
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 },
    (request, response) => {
      // A name that leads here from elsewhere could make a browser lend its login to another page.
      if (!isLoopbackName(request.headers.host)) {
        response.writeHead(403).end();
        return;
      }
      if (request.url === '/') {
        response.writeHead(303, { location: '/approvals' }).end();
        return;
      }
      void pages(request, response).then((isTheirs) => {
        if (!isTheirs) response.writeHead(404).end();
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'it is taken; stop what listens there, or give another --port'
          : error.message;
      reject(new GatewayError('not-listening', `port ${options.port}: ${why}`, { cause: error }));
    });
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/approvals`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function isLoopbackName(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/.test(host ?? '');
}
