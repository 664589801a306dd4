import type { CrawlRun } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { lockStore } from '@toolwarden/scraper';
import {
  connectRedis,
  crawlByQueue,
  laneOf,
  openCrawlQueue,
  repeatBySchedule,
} from '@toolwarden/scraper/queue';
import { CliError, type Command, readArguments, readDuration, readNumber } from '../command.ts';
import { dueSources } from '../due.ts';
import type { Io } from '../io.ts';
import { painter } from '../paint.ts';
import { existingData } from '../paths.ts';
import { startProgress } from '../progress.ts';
import { readCron } from '../read-cron.ts';
import { humanLine, outputLine, summaryOf } from './crawl.ts';

const help = `
toolwarden queue --redis URL [--every CRON] [--all] [--rate N] [--data DIR] [--json]

Puts the servers that are due into a queue in Redis, for workers on any machine (toolwarden worker), and writes the
records they answer with. Only this command touches the data folder, so a server stands in the run once, whichever
worker dies. Stopped or killed, it goes on when it is started again; what was answered meanwhile waits in Redis.

  --redis URL       redis://[USER:PASSWORD@]HOST:PORT[/DB]; its maxmemory-policy must be noeviction
  --every CRON      stay, and repeat at these times; the schedule lives in Redis, several may stand by
  --all             every source, due or not
  --rate N          servers of one registry that all workers together begin in a minute (default no limit)
  --attempts N      tries of a server while the registry or the disk fails (default 3)
  --backoff TIME    pause before the second try, doubled before each further one (default 30s)
  --data DIR        the records (default data)
  --json            one line a server as in crawl

Exit code 0 when the run completed, whatever the servers did; 1 if it was stopped before; 2 if it could not run.

Example:
  toolwarden queue --redis redis://127.0.0.1:6379 --every '15 3 * * *' --rate 120
`;

export const queueCommand: Command = {
  name: 'queue',
  summary: 'hand due servers to workers and write what they find',
  help,
  run,
};

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values } = readArguments('queue', args, {
    redis: { type: 'string' },
    every: { type: 'string' },
    all: { type: 'boolean' },
    rate: { type: 'string' },
    attempts: { type: 'string' },
    backoff: { type: 'string' },
    data: { type: 'string' },
  });
  const url = readRedis('queue', values.redis);
  if (values.every !== undefined) readCron(values.every);
  const store = openStore(existingData(io, values.data));
  const rate = values.rate === undefined ? undefined : readNumber('rate', values.rate, 1, 100_000);
  const retries = {
    attempts: readNumber('attempts', values.attempts ?? '3', 1, 20),
    backoffMs: readDuration('backoff', values.backoff ?? '30s'),
  };
  const connection = await connectRedis(url, (trouble) => io.err(`queue: ${trouble}`));
  const queue = openCrawlQueue(connection, retries);
  const wishes = { store, queue, isAll: values.all === true, isJson: values.json === true };
  try {
    await queue.limit(rate);
    // Of those that stand by one is at work, and holds the folder; a schedule must not end for that, nor for a bad night.
    const code = await runOnce(wishes, io, signal).catch((error: Error) => {
      if (values.every === undefined) throw error;
      io.err(`queue: ${error.message}`);
      return 1;
    });
    if (values.every === undefined || signal.aborted) return code;
    await repeatBySchedule({
      connection,
      pattern: values.every,
      stalledMs: 60_000,
      signal,
      work: async () => {
        // A failed run must not end the schedule.
        await runOnce(wishes, io, signal).catch((error: Error) =>
          io.err(`queue: ${error.message}`),
        );
      },
      onNext: (at) => io.err(`next run ${at.toISOString()}`),
    });
    return 0;
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

type Wishes = {
  store: Store;
  queue: ReturnType<typeof openCrawlQueue>;
  isAll: boolean;
  isJson: boolean;
};

async function runOnce(
  { store, queue, isAll, isJson }: Wishes,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { items, problems } = await store.readSources();
  for (const { file, message } of problems) io.err(`queue: ${file}: ${message}; skipped`);
  const sources = items.filter((source) => laneOf(source) !== undefined);
  const lock = await lockStore(store.dir);
  let run: CrawlRun;
  const due = isAll ? sources : await dueSources(sources, store, Date.now());
  io.err(`queue: ${due.length} of ${items.length} servers are due`);
  const progress = startProgress(io, 'queue', Math.max(due.length, 1), isJson);
  try {
    run = await crawlByQueue({
      store,
      targets: due,
      queue,
      signal,
      onContinue: ({ startedAt, finished }) => {
        progress.update(finished, due.length, '');
        io.err(`queue: going on with the run of ${startedAt}: ${finished} servers are done`);
      },
      onResult: (result) => {
        progress.step(result.server);
        if (isJson) io.out(JSON.stringify(outputLine(result)));
        else progress.print(humanLine(result, painter(io)));
      },
    });
  } finally {
    progress.stop();
    await lock.release();
  }
  if (!isJson) for (const line of summaryOf(run, due.length)) io.out(line);
  return run.ending === 'completed' ? 0 : 1;
}

/** Reads `--redis`, which has no default: a queue in the wrong Redis is work for nobody. */
export function readRedis(command: string, url: string | undefined): string {
  if (url === undefined)
    throw new CliError('usage', `${command}: name the Redis with --redis redis://HOST:PORT`);
  if (!/^rediss?:\/\/[^/\s]+/.test(url))
    throw new CliError('usage', '--redis: expected an address such as redis://127.0.0.1:6379');
  return url;
}
