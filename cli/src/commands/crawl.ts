import { type CrawlRun, parseServerId, type ServerSource } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import {
  type CrawlAttempt,
  type CrawlResult,
  chooseSandbox,
  clientConfigurations,
  crawl,
  lockStore,
  resolveTargets,
} from '@toolwarden/scraper';
import { CliError, type Command, readArguments, readDuration, readNumber } from '../command.ts';
import { dueSources } from '../due.ts';
import { explainAttempt } from '../explain-attempt.ts';
import type { Io } from '../io.ts';
import { painter } from '../paint.ts';
import { resolvePath } from '../paths.ts';
import { startProgress } from '../progress.ts';
import { table } from '../table.ts';

const DEFAULT_CONCURRENCY = 2;

const help = `
toolwarden crawl [ID…] [--sources GLOB] [--due] [--for TIME] [--again] [--explain] [--concurrency N] [--data DIR]
                 [--allow-net HOSTS] [--json]

Installs each MCP server with install scripts off, starts it in a sandbox without network, lists its tools and
writes a record. Without an ID it crawls every source in DIR/sources. A run that was stopped or killed goes on where
it was when the same servers are named again within a day; what it had finished is not crawled twice.

  ID                     npm:@scope/name or npm:name@1.2.3; url:host/path for a server that already runs;
                         config:NAME for one that a client on this machine is set up to use; none needs a source
                         file. registry:NAME needs one: see toolwarden sources
  --sources GLOB         take the sources from these files instead
  --due                  only what is new, has another version than its record, or was last crawled a week ago
  --for TIME             stop after 30s, 10m, 2h; what is done by then is kept
  --again                begin anew, also where such a run was left unfinished
  --explain              tell each attempt at a server: what it was given, how it ended, what it said
  --concurrency N        servers at once, 1 to 16 (default ${DEFAULT_CONCURRENCY})
  --data DIR             where records go (default data); created if absent
  --allow-net HOSTS      let servers reach these hosts while they list (api.acme.dev,10.0.0.7:8443), by the proxy
                         variables that Node and most programs heed; without it they reach nothing. Needs bubblewrap
  --unsafe-no-sandbox    start packages without a sandbox: strangers' code then runs with your rights
  --json                 one line a server as it completes:
                         {server, version, outcome, reason?, tools, help, durationMs}; with --explain also one
                         an attempt: {server, attempt, …}

Exit code 0 when the run completed, whatever the servers did; 1 if every named ID failed; 2 if it could not run.

Examples:
  toolwarden crawl npm:@modelcontextprotocol/server-memory --data /tmp/catalogue
  toolwarden crawl --due --for 30m --concurrency 8
  toolwarden crawl --explain npm:@acme/notes
`;

export const crawlCommand: Command = {
  name: 'crawl',
  summary: 'list the tools of MCP servers',
  help,
  run,
};

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments('crawl', args, {
    sources: { type: 'string' },
    due: { type: 'boolean' },
    for: { type: 'string' },
    again: { type: 'boolean' },
    explain: { type: 'boolean' },
    concurrency: { type: 'string' },
    data: { type: 'string' },
    'allow-net': { type: 'string' },
    'unsafe-no-sandbox': { type: 'boolean' },
  });
  const budgetMs = values.for === undefined ? undefined : readDuration('for', values.for);
  const concurrency = readConcurrency(values.concurrency);
  const allowedHosts = readHosts(values['allow-net']);
  const store = openStore(resolvePath(io, values.data ?? 'data'));
  const targets = await chooseTargets(positionals, values, store, io);
  if (targets.length === 0) {
    if (!values.json) io.out('Nothing is due.');
    return 0;
  }
  const unsafeNoSandbox = values['unsafe-no-sandbox'] === true;
  const sandbox = await chooseSandbox({ unsafeNoSandbox, targets });
  if (allowedHosts !== undefined && !sandbox.isRelayed)
    throw new CliError(
      'environment',
      `--allow-net: servers can be let to single hosts in bubblewrap only, and this run's sandbox is ${sandbox.id}; leave the option out`,
    );
  const lock = await lockStore(store.dir);
  const progress = startProgress(io, 'crawl', targets.length, values.json === true);
  const paint = painter(io);
  const attempts = new Map<string, number>();
  const tellAttempt = (attempt: CrawlAttempt) => {
    const number = (attempts.get(attempt.server) ?? 0) + 1;
    attempts.set(attempt.server, number);
    if (values.json) io.out(JSON.stringify({ ...attempt, attempt: number }));
    else for (const line of explainAttempt(attempt, number)) progress.print(line);
  };
  let run: CrawlRun;
  try {
    run = await crawl({
      store,
      targets,
      sandbox,
      concurrency,
      versions: { node: process.versions.node },
      signal: withBudget(signal, budgetMs),
      isAgain: values.again === true,
      ...(allowedHosts && { allowedHosts }),
      onContinue: ({ startedAt, finished }) => {
        progress.update(finished, targets.length, '');
        io.err(
          `crawl: going on with the run of ${startedAt}: ${finished} of ${targets.length} servers are done (--again begins anew)`,
        );
      },
      onStart: (id) => progress.note(id),
      ...(values.explain && { onAttempt: tellAttempt }),
      onResult: (result) => {
        progress.step(result.server);
        if (values.json) io.out(JSON.stringify(outputLine(result)));
        else progress.print(humanLine(result, paint));
      },
    });
  } finally {
    progress.stop();
    await lock.release();
  }
  if (!values.json) for (const line of summaryOf(run, targets.length)) io.out(line);
  // A run stopped before its first result has listed none of what was named either.
  const isNoneListed = run.servers.every(({ outcome }) => outcome === 'failed');
  return positionals.length > 0 && isNoneListed ? 1 : 0;
}

/** Reads `--concurrency`; the crawler has a user id and a place for each of at most 16 servers. */
export function readConcurrency(text: string = String(DEFAULT_CONCURRENCY)): number {
  return readNumber('concurrency', text, 1, 16);
}

/** Reads `--allow-net`: names or addresses of hosts, with a port where that is not 443. */
export function readHosts(text: string | undefined): string[] | undefined {
  return text?.split(',').map((part) => {
    const host = part.trim();
    const isPlain = /^[\w.:[\]-]+$/.test(host);
    const url =
      isPlain && URL.canParse(`https://${host}/`) ? new URL(`https://${host}/`) : undefined;
    const read = url && `${url.hostname}:${url.port || '443'}`;
    // What the address makes of it must be what was written: no path, no user, no other spelling of an address.
    if (read === undefined || (read !== host.toLowerCase() && read !== `${host.toLowerCase()}:443`))
      throw new CliError(
        'usage',
        `--allow-net ${JSON.stringify(host)}: give hosts as api.acme.dev or 10.0.0.7:8443, with commas between`,
      );
    return read;
  });
}

async function chooseTargets(
  ids: string[],
  values: { sources?: string | undefined; due?: boolean | undefined },
  store: ReturnType<typeof openStore>,
  io: Io,
): Promise<ServerSource[]> {
  for (const id of ids) {
    const parsed = parseServerId(id);
    if (!parsed.ok) throw new CliError('input', parsed.problem);
  }
  const { items, problems } = await store.readSources(
    values.sources && resolvePath(io, values.sources),
  );
  for (const { file, message } of problems) io.err(`crawl: ${file}: ${message}; skipped`);
  if (ids.length > 0) {
    const resolved = await resolveTargets(ids, [...(await ownServers(ids, io)), ...items]);
    const [problem] = resolved.problems;
    if (problem !== undefined) throw new CliError('input', problem.message);
    return values.due ? dueSources(resolved.targets, store, Date.now()) : resolved.targets;
  }
  if (items.length === 0) {
    const where = values.sources ?? `${store.dir}/sources`;
    throw new CliError(
      'input',
      `no sources in ${where}: name a server (npm:@scope/name) or add a source file`,
    );
  }
  return values.due ? dueSources(items, store, Date.now()) : items;
}

/** Servers that programs on this machine are set up to use, where one of them is named; a source file goes before. */
async function ownServers(ids: string[], { cwd, env }: Io): Promise<ServerSource[]> {
  if (!ids.some((id) => id.startsWith('config:'))) return [];
  const home = env['HOME'];
  const { sources } = await clientConfigurations.read({ cwd, env, ...(home && { home }) });
  return sources;
}

/** A signal that also fires, with the reason the crawler knows, when the time is spent. */
export function withBudget(signal: AbortSignal, budgetMs: number | undefined): AbortSignal {
  if (budgetMs === undefined) return signal;
  const budget = new AbortController();
  setTimeout(() => budget.abort('budget-spent'), budgetMs).unref();
  return AbortSignal.any([signal, budget.signal]);
}

/** The contract of `crawl --json`. */
export function outputLine({ detail: _, ...line }: CrawlResult) {
  return line;
}

const OUTCOME_COLOURS = { complete: 'green', partial: 'yellow', failed: 'red' } as const;

/** One server, one line, for a terminal. */
export function humanLine(
  { server, version, outcome, reason, detail, tools, help, durationMs }: CrawlResult,
  paint: ReturnType<typeof painter>,
): string {
  const found = outcome === 'failed' ? (reason ?? 'failed') : countOf(tools, 'tool');
  const why = outcome === 'failed' ? detail : outcome === 'partial' ? reason : undefined;
  const words = why === undefined ? found : `${found}: ${why}`;
  const given = help.length > 0 ? `  (${help.join('; ')})` : '';
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  const name = version === '' ? server : `${server}@${version}`;
  return `${paint(OUTCOME_COLOURS[outcome], outcome.padEnd(8))} ${name}  ${words}  ${seconds}${given}`;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** What a run came to, with the failures by reason, the most frequent first. */
export function summaryOf({ counts, servers }: CrawlRun, planned: number): string[] {
  const { complete, partial, failed, tools } = counts;
  const reasons = Map.groupBy(
    servers.filter(({ outcome }) => outcome === 'failed'),
    ({ reason }) => reason ?? 'unknown',
  );
  const rows = [...reasons]
    .toSorted(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .map(([reason, those]) => [reason, String(those.length), those.map(({ id }) => id).join(' ')]);
  return [
    `${counts.servers} of ${planned} servers: ${complete} complete, ${partial} partial, ${failed} failed; ${countOf(tools, 'tool')}`,
    ...(rows.length > 0 ? table(['reason', 'servers', 'which'], rows) : []),
  ];
}
