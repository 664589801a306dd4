import { openStore } from '@toolwarden/catalogue/store';
import { Cron } from 'croner';
import { CliError, type Command, readArguments, readDuration, readNumber } from '../command.ts';
import { dueSources } from '../due.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { openPublication } from '../publish.ts';
import { type RefreshResult, refreshCatalogue } from '../refresh.ts';
import { untilAborted } from '../until-aborted.ts';
import { humanLine, outputLine, withBudget } from './crawl.ts';

const help = `
toolwarden refresh [--every CRON] [--for TIME] [--data DIR] [--site DIR] [--json]

Crawls what is due, classifies what is new, builds the site and publishes it by one atomic switch: DIR/current points
to the newest release in DIR/releases. Readers never see half a site.

  --every CRON           stay, and repeat at these times, for example '15 3 * * *'
  --for TIME             stop crawling after 30s, 10m, 2h; what is done by then is published
  --concurrency N        servers at once (default 2)
  --data DIR             the records (default data)
  --site DIR             where releases go (default .toolwarden/site)
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
    'unsafe-no-sandbox': { type: 'boolean' },
  });
  const once = () => refreshOnce(values, io, signal);
  if (values.every === undefined) return once();
  const cron = readCron(values.every);
  while (!signal.aborted) {
    // A failed refresh must not end the schedule: the old site stands and the next one may do.
    await once().catch((error: Error) => signal.aborted || io.err(`refresh: ${error.message}`));
    const next = cron.nextRun();
    if (next === null) break;
    if (!signal.aborted) io.err(`next refresh ${next.toISOString()}`);
    await sleepUntil(next.getTime(), signal);
  }
  return 0;
}

type Values = {
  for?: string | undefined;
  concurrency?: string | undefined;
  data?: string | undefined;
  site?: string | undefined;
  json?: boolean | undefined;
  'unsafe-no-sandbox'?: boolean | undefined;
};

async function refreshOnce(values: Values, io: Io, signal: AbortSignal): Promise<number> {
  const store = openStore(resolvePath(io, values.data ?? 'data'));
  const { items: sources, problems } = await store.readSources();
  for (const { file, message } of problems) io.err(`refresh: ${file}: ${message}; skipped`);
  const targets = await dueSources(sources, store, Date.now());
  const result = await refreshCatalogue({
    store,
    targets,
    publication: openPublication(resolvePath(io, values.site ?? '.toolwarden/site')),
    signal,
    crawlSignal: withBudget(
      signal,
      values.for === undefined ? undefined : readDuration('for', values.for),
    ),
    concurrency: readNumber('concurrency', values.concurrency ?? '2', 1, 64),
    unsafeNoSandbox: values['unsafe-no-sandbox'] === true,
    onCrawled: (crawled) =>
      io.out(values.json ? JSON.stringify(outputLine(crawled)) : humanLine(crawled)),
    onPhase: (phase) =>
      io.err(
        phase === 'crawl'
          ? `crawling ${targets.length} due of ${sources.length} servers`
          : `${phase} …`,
      ),
  });
  for (const { file, message } of result.problems) io.err(`refresh: ${file}: ${message}; left out`);
  io.out(
    values.json
      ? JSON.stringify(resultLine(result))
      : `published ${result.pages} pages: ${result.tools} tools of ${result.servers} servers, ${result.judgedAnew} judged anew`,
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
    await untilAborted(
      AbortSignal.any([signal, AbortSignal.timeout(Math.min(leftMs, LONGEST_TIMER_MS))]),
    );
  }
}

function readCron(expression: string): Pick<Cron, 'nextRun'> {
  try {
    return new Cron(expression, { paused: true });
  } catch (error) {
    throw new CliError(
      'usage',
      `--every ${JSON.stringify(expression)}: expected a cron expression such as '15 3 * * *' (${(error as Error).message})`,
    );
  }
}
