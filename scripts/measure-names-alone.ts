/**
 * How many real npm servers the crawler lists knowing nothing but their names: crawls the packages of data/sources at the
 * versions stated there, and without anything else that stands there, into a folder of its own, and compares the counts with
 * scraper/evals/expected-counts.json where a count is known. `--data DIR` keeps that folder, `--record` writes the run to
 * data/crawls. `npm run measure:names-alone [-- --concurrency N] [PACKAGE…]`; takes about half an hour.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ServerRecord } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { chooseSandbox, crawl, resolveTargets } from '@toolwarden/scraper';

/** A listing with this share of the stated count is taken for whole: later starts of a version may list one more or less. */
const ENOUGH = 0.95;

type Expected = { package: string; version: string; tools: number };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    concurrency: { type: 'string', default: '2' },
    data: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
const file = new URL('../scraper/evals/expected-counts.json', import.meta.url);
const counted: Expected[] = JSON.parse(await readFile(file, 'utf8'));
const catalogue = openStore(fileURLToPath(new URL('../data', import.meta.url)));
const { items: sources } = await catalogue.readSources();
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);

const dir = values.data ?? (await mkdtemp(join(tmpdir(), 'toolwarden-measure-')));
await mkdir(dir, { recursive: true });
try {
  const store = openStore(dir);
  const ids = sources
    .filter(({ id }) => isWanted(id.replace('npm:', '')))
    .map(({ id, version }) => `${id}@${version}`);
  const { targets } = await resolveTargets(ids, []);
  const run = await crawl({
    store,
    targets,
    sandbox: await chooseSandbox({ unsafeNoSandbox: false }),
    concurrency: Number(values.concurrency),
    onResult: ({ server, outcome, reason, tools, durationMs }) =>
      console.error(
        `${server} ${outcome} ${reason ?? ''} ${tools} ${Math.round(durationMs / 1000)} s`,
      ),
  });
  if (values.record) await catalogue.writeCrawlRun({ ...run, isFromNamesAlone: true });
  const rows = await Promise.all(
    counted
      .filter((one) => isWanted(one.package))
      .map(async (one) => rowOf(one, await store.readServer(`npm:${one.package}`))),
  );
  report(rows);
  console.log(
    `Of all ${run.counts.servers} servers ${run.counts.complete} list, with ${run.counts.tools} tools; the rest: ${JSON.stringify(run.failuresByReason)}.`,
  );
} finally {
  if (values.data === undefined) await rm(dir, { recursive: true, force: true });
}

type Row = {
  name: string;
  wanted: number;
  found: number;
  isEnough: boolean;
  help: string;
  why: string;
};

function rowOf({ package: name, tools: wanted }: Expected, record: ServerRecord | undefined): Row {
  // One name listed differently under two configurations is one tool.
  const found = new Set(record?.tools.map(({ definition }) => definition.name)).size;
  return {
    name,
    wanted,
    found,
    isEnough: found >= wanted * ENOUGH,
    help: kindsOf(record?.help ?? []),
    why: record?.outcome === 'complete' ? '' : `${record?.reason}: ${record?.detail ?? ''}`,
  };
}

/** `env A`, `env B`, `argument mcp` → `argument, env`: what kinds of help it took. */
function kindsOf(help: string[]): string {
  const kinds = help.map((word) =>
    word.startsWith('README')
      ? 'README'
      : word.startsWith('HTTP')
        ? 'HTTP'
        : (word.split(' ')[0] ?? ''),
  );
  return [...new Set(kinds)].sort().join(', ') || 'none';
}

function report(rows: Row[]): void {
  for (const { name, wanted, found, isEnough, help, why } of rows)
    console.log(
      `${isEnough ? 'listed ' : 'missing'} ${name.padEnd(48)} ${String(found).padStart(4)} of ${String(wanted).padStart(4)}  ${help}${why && `  ${why}`}`,
    );
  const listed = rows.filter(({ isEnough }) => isEnough);
  console.log(`\nBy help used (listed, of all):`);
  for (const [help, group] of [...Map.groupBy(rows, (row) => row.help)].sort())
    console.log(
      `  ${help.padEnd(32)} ${group.filter(({ isEnough }) => isEnough).length} of ${group.length}`,
    );
  const [low, high] = wilson(listed.length, rows.length);
  console.log(
    `\n${listed.length} of ${rows.length} list at least ${100 * ENOUGH} % of their tools from their names alone (${percent(listed.length / rows.length)}; 95 % interval ${percent(low)} to ${percent(high)}).`,
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The interval of Wilson's score for a share. */
function wilson(hits: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const width = 1.96;
  const share = hits / n;
  const middle = share + width ** 2 / (2 * n);
  const spread = width * Math.sqrt((share * (1 - share)) / n + width ** 2 / (4 * n ** 2));
  const scale = 1 + width ** 2 / n;
  return [(middle - spread) / scale, (middle + spread) / scale];
}
