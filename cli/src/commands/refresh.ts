import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@toolwarden/catalogue/store';
import type { CrawlMetrics } from '@toolwarden/scraper/metrics';
import type { Cron } from 'croner';
import { CliError, type Command, readArguments, readDuration } from '../command.ts';
import { dueSources } from '../due.ts';
import type { Io } from '../io.ts';
import { painter } from '../paint.ts';
import { existingData, resolvePath } from '../paths.ts';
import { startProgress } from '../progress.ts';
import { openPublication } from '../publish.ts';
import { readCron } from '../read-cron.ts';
import { type RefreshResult, refreshCatalogue } from '../refresh.ts';
import { startMetrics } from '../start-metrics.ts';
import { humanLine, outputLine, readConcurrency, summaryOf, withBudget } from './crawl.ts';

const help = `
toolwarden refresh [--every CRON] [--for TIME] [--metrics HOST:PORT] [--data DIR] [--site DIR] [--json]

Crawls what is due, classifies what is new, builds the site and publishes it by one atomic switch: DIR/current points
to the newest release in DIR/releases. Readers never see half a site. A catalogue that lost more than a fifth of its
servers or tools since the last release is not published (exit code 1).

  --every CRON           stay, and repeat at these times, for example '15 3 * * *'
  --for TIME             stop crawling after 30s, 10m, 2h; what is done by then is published
  --concurrency N        servers at once, 1 to 16 (default 2)
  --data DIR             the records (default data)
  --site DIR             where releases go (default .toolwarden/site)
  --accept-drop          publish also after such a loss
  --metrics HOST:PORT    with --every: Prometheus metrics at http://HOST:PORT/metrics
  --unsafe-no-sandbox    start packages without a sandbox: strangers' code then runs with your rights
  --json                 one line a server as in crawl, then {published, pages, tools, servers, judgedAnew}

Example:
  toolwarden refresh --every '15 3 * * *' --for 2h
`;

export const refreshCommand: Command = {
  name: 'refresh',
  summary: 'crawl what is due, classify, build, publish',
  help,
  run,
};

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values } = readArguments('refresh', args, {
    every: { type: 'string' },
    for: { type: 'string' },
    concurrency: { type: 'string' },
    data: { type: 'string' },
    site: { type: 'string' },
    'accept-drop': { type: 'boolean' },
    metrics: { type: 'string' },
    'unsafe-no-sandbox': { type: 'boolean' },
  });
  const cron = values.every === undefined ? undefined : readCron(values.every);
  // Read before the first refresh: a schedule must not begin with options that no refresh can use.
  const wishes: Wishes = {
    budgetMs: values.for === undefined ? undefined : readDuration('for', values.for),
    concurrency: readConcurrency(values.concurrency),
    dataDir: existingData(io, values.data),
    siteDir: resolvePath(io, values.site ?? '.toolwarden/site'),
    isJson: values.json === true,
    unsafeNoSandbox: values['unsafe-no-sandbox'] === true,
    isDropAccepted: values['accept-drop'] === true,
    metrics: undefined,
  };
  if (values.metrics !== undefined && cron === undefined)
    throw new CliError(
      'usage',
      '--metrics: needs --every, since one refresh ends before anybody reads them',
    );
  const once = () => refreshOnce(wishes, io, signal);
  if (cron === undefined) return once();
  const serving = values.metrics === undefined ? undefined : await startMetrics(values.metrics, io);
  wishes.metrics = serving?.metrics;
  try {
    await repeat(cron, once, wishes.metrics, io, signal);
  } finally {
    await serving?.close();
  }
  return 0;
}

async function repeat(
  cron: Pick<Cron, 'nextRun'>,
  once: () => Promise<number>,
  metrics: CrawlMetrics | undefined,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // A failed refresh must not end the schedule: the old site stands and the next one may do.
    const code = await once().catch((error: Error) => {
      if (!signal.aborted) io.err(`refresh: ${error.message}`);
      return 2;
    });
    if (signal.aborted) return;
    metrics?.ended(code === 0);
    const next = cron.nextRun();
    if (next === null) return;
    io.err(`next refresh ${next.toISOString()}`);
    await sleepUntil(next.getTime(), signal);
  }
}

type Wishes = {
  budgetMs: number | undefined;
  concurrency: number;
  dataDir: string;
  siteDir: string;
  isJson: boolean;
  unsafeNoSandbox: boolean;
  isDropAccepted: boolean;
  metrics: CrawlMetrics | undefined;
};

async function refreshOnce(wishes: Wishes, io: Io, signal: AbortSignal): Promise<number> {
  const { dataDir, siteDir, budgetMs, concurrency, isJson, unsafeNoSandbox, metrics } = wishes;
  const store = openStore(dataDir);
  const { items: sources, problems } = await store.readSources();
  for (const { file, message } of problems) io.err(`refresh: ${file}: ${message}; skipped`);
  const targets = await dueSources(sources, store, Date.now());
  io.err(`refresh: ${targets.length} of ${sources.length} servers are due`);
  let waiting = targets.length;
  metrics?.watchDepth(async () => ({ due: waiting }));
  const progress = startProgress(io, 'refresh', Math.max(targets.length, 1), isJson);
  const refreshing = refreshCatalogue({
    store,
    targets,
    publication: openPublication(siteDir),
    signal,
    crawlSignal: withBudget(signal, budgetMs),
    concurrency,
    unsafeNoSandbox,
    isDropAccepted: wishes.isDropAccepted,
    onCrawled: (crawled) => {
      waiting -= 1;
      metrics?.crawled(crawled);
      progress.step(crawled.server);
      if (isJson) io.out(JSON.stringify(outputLine(crawled)));
      else progress.print(humanLine(crawled, painter(io)));
    },
    onBuild: (done, total) => progress.update(done, total, 'pages'),
    onPhase: (phase) => progress.note(phase),
  });
  const result = await refreshing.finally(() => progress.stop());
  for (const { file, message } of result.problems) io.err(`refresh: ${file}: ${message}; left out`);
  if (!isJson && result.run) for (const line of summaryOf(result.run, targets.length)) io.out(line);
  io.out(
    isJson
      ? JSON.stringify(resultLine(result))
      : `published ${result.pages} pages: ${result.tools} tools of ${result.servers} servers, ${result.judgedAnew} servers judged anew`,
  );
  return result.problems.length > 0 || problems.length > 0 ? 1 : 0;
}

function resultLine({ pages, tools, servers, judgedAnew }: RefreshResult) {
  return { published: true, pages, tools, servers, judgedAnew };
}

/** A timer of Node's cannot wait for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function sleepUntil(timeMs: number, signal: AbortSignal): Promise<void> {
  for (
    let leftMs = timeMs - Date.now();
    leftMs > 0 && !signal.aborted;
    leftMs = timeMs - Date.now()
  ) {
    // Unlike AbortSignal.timeout this timer keeps the process alive; rejected means stopped.
    await sleep(Math.min(leftMs, LONGEST_TIMER_MS), undefined, { signal }).catch(() => {});
  }
}
