import { chooseSandbox } from '@toolwarden/scraper';
import { connectRedis, runCrawlWorker } from '@toolwarden/scraper/queue';
import { type Command, readArguments, readDuration } from '../command.ts';
import type { Io } from '../io.ts';
import { painter } from '../paint.ts';
import { startMetrics } from '../start-metrics.ts';
import { humanLine, outputLine, readConcurrency } from './crawl.ts';
import { readRedis } from './queue.ts';

const help = `
toolwarden worker --redis URL [--concurrency N] [--metrics HOST:PORT] [--grace TIME] [--json]

Crawls the servers that toolwarden queue puts into Redis, until it is stopped. Needs a sandbox and the registry, no data
folder: records go back through Redis. A worker that dies loses nothing; another takes its servers over.

  --redis URL             redis://[USER:PASSWORD@]HOST:PORT[/DB], the one of the queue
  --concurrency N         servers at once, 1 to 16 (default 2)
  --metrics HOST:PORT     Prometheus metrics at http://HOST:PORT/metrics
  --grace TIME            when stopped, how long servers that run may go on before they go back to the queue (default 30s)
  --stalled-after TIME    servers of a worker that is silent for so long go to another (default 60s)
  --unsafe-no-sandbox     start packages without a sandbox: strangers' code then runs with your rights
  --json                  one line a server as in crawl

Example:
  toolwarden worker --redis redis://queue.example.net:6379 --concurrency 8 --metrics 127.0.0.1:9464
`;

export const workerCommand: Command = {
  name: 'worker',
  summary: 'crawl what the queue hands out',
  help,
  run,
};

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values } = readArguments('worker', args, {
    redis: { type: 'string' },
    concurrency: { type: 'string' },
    metrics: { type: 'string' },
    grace: { type: 'string' },
    'stalled-after': { type: 'string' },
    'unsafe-no-sandbox': { type: 'boolean' },
  });
  const url = readRedis('worker', values.redis);
  const concurrency = readConcurrency(values.concurrency);
  const graceMs = readDuration('grace', values.grace ?? '30s');
  const stalledMs = readDuration('stalled-after', values['stalled-after'] ?? '60s');
  const connection = await connectRedis(url, (trouble) => io.err(`worker: ${trouble}`));
  try {
    const sandbox = await chooseSandbox({ unsafeNoSandbox: values['unsafe-no-sandbox'] === true });
    const serving =
      values.metrics === undefined ? undefined : await startMetrics(values.metrics, io);
    try {
      io.err(`worker: ready, ${concurrency} servers at once`);
      await runCrawlWorker({
        connection,
        sandbox,
        concurrency,
        stalledMs,
        graceMs,
        signal,
        onReady: (depth) => serving?.metrics.watchDepth(depth),
        onResult: (result) => {
          serving?.metrics.crawled(result);
          // Of a worker the last success is the last server it listed.
          if (result.outcome === 'complete') serving?.metrics.succeeded();
          io.out(values.json ? JSON.stringify(outputLine(result)) : humanLine(result, painter(io)));
        },
      });
    } finally {
      await serving?.close();
    }
  } finally {
    connection.disconnect();
  }
  return 0;
}
