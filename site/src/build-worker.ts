// A process of a build: reads its share of the servers and writes their pages. Started by `build-pool.ts`.
import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { type AttackEntry, withoutTakenDown } from '@toolwarden/catalogue';
import { openStore, type ReadServer, type ServerFiles } from '@toolwarden/catalogue/store';
import type { PageHashes, ReadState, WrittenServer } from './build-state.ts';
import { readJsonLines } from './json-lines.ts';
import { rememberAttacks } from './lib/applicable-attacks.ts';
import { type CatalogueView, catalogueView } from './lib/catalogue-view.ts';
import type { Listings } from './lib/listing-dates.ts';
import { serverSearchRecord } from './lib/search-record.ts';
import { type ServerMarks, serverMarks } from './lib/server-marks.ts';
import { foundIn, type ServerSummary, summarizeServer } from './lib/server-summary.ts';
import { sitePages } from './lib/site-pages.ts';
import { type CountTokens, openTokenCounter } from './lib/token-count.ts';
import { openRenderer } from './page-renderer.ts';
import { isKept, keepPage, type PageTarget, pageHash, writePage } from './page-writer.ts';
import type { ReadRequest, WorkerJob, WorkerRequest, WriteRequest } from './worker-messages.ts';
import { linkServer, writeServer } from './write-server.ts';

const job: WorkerJob = JSON.parse(process.argv[2] ?? '');
const store = openStore(job.dataDir);
const attackEntries: AttackEntry[] = JSON.parse(await readFile(job.attacks, 'utf8'));
const attacks = attackEntries.map(({ attack }) => attack);
const listings: Listings = new Map(JSON.parse(await readFile(job.listings, 'utf8')));
const takedowns = await store.readTakedowns();
/** Servers read in the first step and written in the second. */
const held = new Map<string, ReadServer>();
const marksRead = new Map<string, ServerMarks>();
/** As records take some eight times the memory of their files, only so many are held; the others are read again. */
const MAX_HELD_BYTES = 48 * 2 ** 20;
/** Pages between two words about progress. */
const A_WORD = 25;

async function read({ servers }: ReadRequest): Promise<ReadState[]> {
  const found: ReadState[] = [];
  let bytes = 0;
  for (const { files, ...before } of servers) {
    const server = await readPublic(files);
    bytes += files.bytes;
    if (bytes <= MAX_HELD_BYTES) held.set(files.name, server);
    const { entry, history, problems } = server;
    const marks = entry && serverMarks(entry, before.marks);
    if (marks !== undefined) marksRead.set(files.name, marks);
    if (entry && before.found && marks?.facts === before.marks?.facts)
      rememberAttacks(entry, attacks, before.found);
    found.push({
      name: files.name,
      digest: files.digest,
      problems,
      faults: [],
      ...(entry && {
        summary: summarizeServer(entry, attacks, history),
        ...(marks && { marks }),
        search: serverSearchRecord(entry),
      }),
    });
  }
  return found;
}

/** A server as it may be published. */
async function readPublic(files: ServerFiles): Promise<ReadServer> {
  const { entry, history, problems } = await store.readGroup(files);
  const left = entry && withoutTakenDown({ entry, history }, takedowns);
  return { entry: left?.entry, history: left?.history ?? [], problems };
}

async function write(request: WriteRequest) {
  const { templates, outDir, previousDir } = job;
  const renderer = await openRenderer(templates);
  const withFiles = request.only === undefined;
  const target: PageTarget = { renderer, outDir, previousDir, withFiles };
  const catalogue = await readCatalogue(request.summaries);
  let pages = 0;
  const onPage = () => {
    pages += 1;
    if (pages % A_WORD === 0) process.send?.({ pages: A_WORD });
  };
  let counter: Promise<CountTokens> | undefined;
  const openCounter = () => (counter ??= openTokenCounter());
  const summaryOf = new Map(catalogue.servers.map((summary) => [summary.slug, summary]));
  const servers: WrittenServer[] = [];
  for (const name of request.same) linkServer(target, name);
  for (const { files, before } of request.servers) {
    const known = held.get(files.name) ?? (await readPublic(files));
    held.delete(files.name);
    const marks = marksRead.get(files.name) ?? before?.marks;
    const summary = summaryOf.get(files.name);
    if (known.entry && summary) rememberAttacks(known.entry, attacks, foundIn(summary));
    const work = { name: files.name, read: known, marks, before };
    servers.push(
      await writeServer(target, { ...catalogue, attacks, listings, openCounter }, work, onPage),
    );
  }
  const pageHashes = await writeSitePages(target, catalogue, request, onPage);
  // The process is ended by a signal, at which nothing is kept.
  flushCompileCache();
  return { servers, pages: pageHashes };
}

/** Every page of the whole catalogue whose turn it is: one in as many as there are processes. */
async function writeSitePages(
  target: PageTarget,
  catalogue: CatalogueView,
  { before }: WriteRequest,
  onPage: () => void,
): Promise<PageHashes> {
  const made = sitePages(catalogue);
  const urls = new Set(made.map(({ url }) => url));
  const own = target.renderer.ownPages
    .filter(({ url }) => !urls.has(url))
    .map((page) => ({ ...page, view: null }));
  const hashes: PageHashes = {};
  for (const [index, page] of [...made, ...own].entries()) {
    if (index % job.processes !== job.index) continue;
    const hash = pageHash(page);
    hashes[page.url] = hash;
    if (isKept(target, before, page.url, hash)) keepPage(target, page);
    else await writePage(target, page);
    onPage();
  }
  return hashes;
}

async function readCatalogue(file: string): Promise<CatalogueView> {
  const summaries: ServerSummary[] = [];
  for await (const line of readJsonLines(file)) summaries.push(line as ServerSummary);
  return catalogueView(summaries, attackEntries);
}

process.on('message', (request: WorkerRequest) => {
  const answer = request.do === 'read' ? read(request) : write(request);
  answer.then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String((error as Error).stack ?? error) }),
  );
});
// Whoever started this is gone, and what it was for with it.
process.on('disconnect', () => process.exit(1));
