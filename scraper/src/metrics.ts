import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CrawlResult } from './crawl-result.ts';

/** What a crawler that stays tells its operator. */
export type CrawlMetrics = {
  crawled: (result: CrawlResult) => void;
  /** A refresh or a run came to its end. */
  ended: (isSuccess: boolean) => void;
  /** Something went well that is no run: for workers. */
  succeeded: () => void;
  /** How many servers wait, by state; asked for at each reading. */
  watchDepth: (read: () => Promise<Record<string, number>>) => void;
  /** The text format of Prometheus. */
  text: () => Promise<string>;
};

export function crawlMetrics(): CrawlMetrics {
  const registers = [new Registry()];
  const [register] = registers as [Registry];
  collectDefaultMetrics({ register });
  const crawled = new Counter({
    name: 'toolwarden_crawled_servers_total',
    help: 'Servers crawled, by outcome and, where they failed, by reason.',
    labelNames: ['outcome', 'reason'] as const,
    registers,
  });
  const tools = new Counter({
    name: 'toolwarden_listed_tools_total',
    help: 'Tools listed by crawled servers.',
    registers,
  });
  const seconds = new Histogram({
    name: 'toolwarden_crawl_duration_seconds',
    help: 'Time from the start of an installation to the record of a server.',
    labelNames: ['outcome'] as const,
    buckets: [1, 2, 5, 10, 20, 40, 80, 160, 320],
    registers,
  });
  const runs = new Counter({
    name: 'toolwarden_runs_total',
    help: 'Runs that came to their end, by result.',
    labelNames: ['result'] as const,
    registers,
  });
  const success = new Gauge({
    name: 'toolwarden_last_success_timestamp_seconds',
    help: 'When a run last ended well, or a worker last listed a server, in seconds since the epoch; 0 before.',
    registers,
  });
  let readDepth: (() => Promise<Record<string, number>>) | undefined;
  new Gauge({
    name: 'toolwarden_waiting_servers',
    help: 'Servers that wait to be crawled, by state.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      // A queue that cannot be asked must not take the other figures with it.
      const depth = await readDepth?.().catch(() => undefined);
      this.reset();
      for (const [state, count] of Object.entries(depth ?? {})) this.set({ state }, count);
    },
  });
  return {
    crawled: (result) => {
      crawled.inc({ outcome: result.outcome, reason: result.reason ?? '' });
      tools.inc(result.tools);
      seconds.observe({ outcome: result.outcome }, result.durationMs / 1000);
    },
    ended: (isSuccess) => {
      runs.inc({ result: isSuccess ? 'success' : 'failure' });
      if (isSuccess) success.setToCurrentTime();
    },
    succeeded: () => success.setToCurrentTime(),
    watchDepth: (read) => {
      readDepth = read;
    },
    text: () => register.metrics(),
  };
}

/** Serves metrics at `/metrics`, and nothing else. */
export async function serveMetrics(
  metrics: CrawlMetrics,
  { host, port }: { host: string; port: number },
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url?.split('?', 1)[0] === '/metrics';
    if (!isKnown) return void response.writeHead(404).end('only GET /metrics\n');
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
