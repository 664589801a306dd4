import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrawlRun, ServerId, ServerSource } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { CliError, readArguments } from './command.ts';
import { humanLine, withBudget } from './commands/crawl.ts';
import { choosePort } from './commands/serve.ts';
import { dueSources } from './due.ts';
import type { Io } from './io.ts';
import { painter } from './paint.ts';
import { openPublication, type Publication } from './publish.ts';
import { publishCatalogue, refreshCatalogue } from './refresh.ts';
import { serveSite } from './site-server.ts';
import { untilAborted } from './until-aborted.ts';

/** Small, quick to install, and list without configuration: a first crawl that a new user can wait for. */
const STARTER_LIST: ServerId[] = [
  'npm:@modelcontextprotocol/server-sequential-thinking',
  'npm:@modelcontextprotocol/server-memory',
  'npm:@modelcontextprotocol/server-everything',
];
/** The starter crawl ends here, done or not. */
const CRAWL_BUDGET_MS = 60_000;

/** In the working copy: when it was made. Runs before that are not its own, so a fresh copy is always due. */
const COPIED_AT = 'copied-at';

const help = `
npm start [-- --port N]

Serves the catalogue on http://localhost:4321/ (127.0.0.1 and ::1): first the committed one, then, after a crawl of
three small servers within one minute, the renewed one. It works on .toolwarden/, a copy of data/, so tracked files
never change; delete .toolwarden/ to begin anew. Stop it with Ctrl-C.

  --port N    another port; the variable PORT does the same
`;

export type StartOptions = Pick<Io, 'env' | 'out' | 'err' | 'isTty'> & {
  /** Folder that holds data/, and in which .toolwarden/ is made. */
  root: string;
  signal: AbortSignal;
  /** Makes sure of the sandbox's system package; says whether it is there. */
  ensureSandbox: () => boolean;
};

/** The main job; gives the exit code. */
export async function runStart(args: string[], options: StartOptions): Promise<number> {
  try {
    const { values } = readArguments('start', args, { port: { type: 'string' } });
    if (values.help) {
      options.out(help.trim());
      return 0;
    }
    return await start(choosePort(values.port, options), options);
  } catch (error) {
    if (options.signal.aborted) return 0;
    if (!(error instanceof Error)) throw error;
    options.err(`npm start: ${error.message.replaceAll(/[\r\n]+/g, ' ')}`);
    if (!(error instanceof CliError)) options.err(error.stack ?? '');
    return 2;
  }
}

async function start(port: number, options: StartOptions): Promise<number> {
  const { root, out, signal } = options;
  const publication = openPublication(join(root, '.toolwarden/site'));
  // The port is taken first, so that a taken one is known at once and not after a build.
  const server = await serveSite(publication.current, port);
  try {
    const store = await copyOfData(root, out);
    if (!(await publication.hasRelease())) {
      out('Building the site from the committed catalogue …');
      report(await publishCatalogue({ store, publication, signal }), options);
    }
    await untilHomeAnswers(server.url, signal);
    out(`Toolwarden: ${server.url}`);
    await renew(store, publication, options);
    await untilAborted(signal);
  } finally {
    await server.close();
  }
  return 0;
}

/** The working copy of data/: made whole on the first start, left alone after. */
async function copyOfData(root: string, out: (line: string) => void): Promise<Store> {
  const [committed, copy] = [join(root, 'data'), join(root, '.toolwarden/data')];
  if (!existsSync(copy)) {
    out('Copying data/ to .toolwarden/data');
    const draft = `${copy}.${process.pid}.tmp`;
    await rm(draft, { recursive: true, force: true });
    await cp(committed, draft, { recursive: true });
    await writeFile(
      join(draft, COPIED_AT),
      `${new Date().toISOString()}
`,
    );
    try {
      await rename(draft, copy);
    } catch (error) {
      // Another start, on another port, made it meanwhile.
      if (!existsSync(copy)) throw error;
      await rm(draft, { recursive: true, force: true });
    }
  }
  return openStore(copy);
}

async function untilHomeAnswers(url: string, signal: AbortSignal): Promise<void> {
  const { status } = await fetch(url, { signal });
  if (status !== 200)
    throw new Error(
      `${url} answers ${status}; the site in .toolwarden/site is broken: delete .toolwarden and start again`,
    );
}

/** Crawls the starter list if it is due, and publishes what came of it; no failure here ends the serving. */
async function renew(store: Store, publication: Publication, options: StartOptions): Promise<void> {
  const { out, err, signal } = options;
  try {
    const copiedAt = Date.parse((await readFile(join(store.dir, COPIED_AT), 'utf8')).trim());
    const targets = await dueSources(await starterSources(store), store, Date.now(), copiedAt);
    if (targets.length === 0) return out('The starter list was crawled lately; nothing is due.');
    if (!options.ensureSandbox())
      return out('No sandbox, so nothing is crawled; the committed catalogue is served.');
    out(
      `Crawling ${targets.length} servers (at most ${CRAWL_BUDGET_MS / 1000} s): ${targets.map(({ id }) => id).join(', ')}`,
    );
    const result = await refreshCatalogue({
      store,
      targets,
      publication,
      signal,
      crawlSignal: withBudget(signal, CRAWL_BUDGET_MS),
      onCrawled: (crawled) => out(`  ${humanLine(crawled, painter(options))}`),
      onPhase: (phase) =>
        phase !== 'crawl' && out(phase === 'classify' ? 'Classifying …' : 'Building …'),
    });
    report(result, options);
    out(closingLine(result.run, result.tools));
  } catch (error) {
    if (signal.aborted) return;
    err(
      `The catalogue could not be renewed (${(error as Error).message.replaceAll(/[\r\n]+/g, ' ')}); the one before is still served.`,
    );
  }
}

async function starterSources(store: Store): Promise<ServerSource[]> {
  const sources = await Promise.all(STARTER_LIST.map((id) => store.readSource(id)));
  return sources.map((source, index) => source ?? { id: STARTER_LIST[index] as ServerId });
}

/** What the first crawl came to, in one line. */
export function closingLine(run: CrawlRun | undefined, tools: number): string {
  const crawled = run?.servers ?? [];
  const isOffline = crawled.length > 0 && crawled.every(({ reason }) => reason === 'unreachable');
  if (isOffline)
    return 'Offline: the package registry cannot be reached. The committed catalogue is served.';
  const listed = crawled.filter(({ outcome }) => outcome !== 'failed').length;
  const ending = run?.ending === 'budget-spent' ? ' before the minute was over' : '';
  return `${listed} of ${STARTER_LIST.length} servers were listed${ending}; the catalogue with ${tools} tools is served.`;
}

function report(
  { problems }: { problems: { file: string; message: string }[] },
  { err }: StartOptions,
): void {
  for (const { file, message } of problems) err(`${file}: ${message}; left out`);
}
