import { openStore } from '@toolwarden/catalogue/store';
import {
  type ImportResult,
  importRegistry,
  lockStore,
  OFFICIAL_REGISTRY,
  ScraperError,
  sources,
} from '@toolwarden/scraper';
import { CliError, type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { startProgress } from '../progress.ts';

const help = `
toolwarden sources list [--json]
toolwarden sources import registry [--base-url URL] [--updated-since TIME] [--data DIR] [--accept-drop] [--json]

list says where servers to crawl may come from. import reads an MCP registry and writes a source for each server in it
that can be crawled: npm and Python packages, container images, and servers that already run. All of it is read before
anything is written. What a person added to a source stays. A server that was deleted, or is gone from a whole listing,
keeps its source with a status that says so. A data folder takes one registry: what another does not list counts as gone.

  --base-url URL         the registry (default ${OFFICIAL_REGISTRY})
  --updated-since TIME   only what changed since, such as 2026-11-20 or 2026-11-20T08:00:00Z; nothing is missed then
                         if TIME is when the import before began
  --data DIR             where sources go, in DIR/sources (default data); created if absent
  --accept-drop          also where more than a fifth of the servers of this registry is gone, or all
  --json                 a line a server that is new, changed or gone: {server, change}, then a line with the counts:
                         {added, changed, unchanged, deleted, vanished, skipped}

Headers that a server wants are read, when it is crawled, from variables named after its host: a source says which.

Exit code 0 when the sources are up to date; 1 if more than a fifth is gone and nothing was changed; 2 if the
registry could not be read.

Example:
  toolwarden sources import registry --updated-since 2026-11-20
`;

export const sourcesCommand: Command = {
  name: 'sources',
  summary: 'take servers to crawl from an MCP registry',
  help,
  run,
};

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments('sources', args, {
    'base-url': { type: 'string' },
    'updated-since': { type: 'string' },
    'accept-drop': { type: 'boolean' },
    data: { type: 'string' },
  });
  if (positionals.join(' ') === 'list') {
    for (const { id, meaning } of sources)
      io.out(values.json ? JSON.stringify({ source: id, meaning }) : `${id}: ${meaning}`);
    return 0;
  }
  if (positionals.join(' ') !== 'import registry')
    throw new CliError(
      'usage',
      `sources: expected "list" or "import registry"; see toolwarden sources --help`,
    );
  const baseUrl = readBaseUrl(values['base-url'] ?? OFFICIAL_REGISTRY);
  const since = values['updated-since'];
  const updatedSince = since === undefined ? undefined : readTime(since);
  const store = openStore(resolvePath(io, values.data ?? 'data'));
  const lock = await lockStore(store.dir);
  // How many rows a registry has is not known before the last of them.
  const progress = startProgress(io, 'registry', 1, values.json === true);
  try {
    const order = {
      ...{ baseUrl, updatedSince, signal },
      onPage: (rows: number) => progress.update(rows, rows + 100, `${rows} entries read`),
    };
    const result = await importRegistry(store, order, {
      acceptDrop: values['accept-drop'] === true,
    });
    progress.stop();
    report(result, values.json === true, io);
    return 0;
  } catch (error) {
    progress.stop();
    if (!(error instanceof ScraperError) || error.code !== 'drop-refused') throw error;
    io.err(`toolwarden sources: ${error.message}`);
    return 1;
  } finally {
    await lock.release();
  }
}

function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new CliError(
      'usage',
      `--base-url ${text}: expected an address such as ${OFFICIAL_REGISTRY}`,
    );
  return url.href.replace(/\/+$/, '');
}

/** In the one form that registries take: RFC 3339. */
function readTime(text: string): string {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new CliError(
      'usage',
      `--updated-since ${text}: expected a time such as 2026-11-20 or 2026-11-20T08:00:00Z`,
    );
  return new Date(time).toISOString();
}

function report(result: ImportResult, isJson: boolean, io: Io): void {
  const lists = ['added', 'changed', 'deleted', 'vanished'] as const;
  const { unchanged, problems } = result;
  if (isJson) {
    for (const change of lists)
      for (const server of result[change]) io.out(JSON.stringify({ server, change }));
    const counts = Object.fromEntries(lists.map((name) => [name, result[name].length]));
    io.out(JSON.stringify({ ...counts, unchanged, skipped: problems.length }));
    return;
  }
  const shown = lists.map((name) => `${result[name].length} ${name}`).join(', ');
  io.out(`Sources: ${shown}, ${unchanged} unchanged.`);
  if (problems.length > 0)
    io.out(`${problems.length} entries name nothing that can be crawled, and were skipped.`);
}
