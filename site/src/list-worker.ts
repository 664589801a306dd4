// A process of a build: makes what is made from the whole catalogue, and before that what is no server's. Started by `build-pool.ts`.
import { writeFile } from 'node:fs/promises';
import type { AttackEntry } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { answerRequests, pageCounter, readJob } from './answer-requests.ts';
import type { PageHashes } from './build-state.ts';
import { readJsonLines, writeJsonLines } from './json-lines.ts';
import { layServers } from './lay-servers.ts';
import { aroundDigests } from './lib/around-digest.ts';
import { attackRecord } from './lib/attack-record.ts';
import { type CatalogueView, catalogueView } from './lib/catalogue-view.ts';
import { sharedActs } from './lib/related-tools.ts';
import type { ServerSummary } from './lib/server-summary.ts';
import { type SitePage, sitePages } from './lib/site-pages.ts';
import { openRenderer } from './page-renderer.ts';
import { isKept, keepPage, type PageTarget, pageHash, writePage } from './page-writer.ts';
import { shortHash } from './short-hash.ts';
import type {
  AttacksRequest,
  GatherRequest,
  LayRequest,
  ListRequest,
  WorkerAnswers,
} from './worker-messages.ts';
import { writeFeeds } from './write-feeds.ts';
import { writeNames } from './write-names.ts';

const job = readJob();
let attackEntries: AttackEntry[] = [];
let catalogue: CatalogueView | undefined;

/** Brings all servers together; what the processes of servers are told of it lies in a file. */
async function gather({ summaries: file, acts }: GatherRequest): Promise<WorkerAnswers['gather']> {
  const summaries: ServerSummary[] = [];
  for await (const line of readJsonLines(file)) summaries.push(line as ServerSummary);
  catalogue = catalogueView(summaries, attackEntries);
  await writeJsonLines(acts, sharedActs(catalogue.acts));
  const { servers, tools } = catalogue;
  return {
    tools: tools.length,
    servers: servers.length,
    around: [...aroundDigests(catalogue)],
  };
}

async function list({ only, previousDir, before }: ListRequest): Promise<PageHashes> {
  if (catalogue === undefined) throw new Error('nothing was gathered');
  const { outDir, origin } = job;
  const renderer = await openRenderer(job.templates);
  const withFiles = only === undefined;
  const target: PageTarget = { renderer, outDir, previousDir, isLaid: false, withFiles };
  const pages = sitePages(catalogue);
  const names = withFiles && writeNames(catalogue, outDir);
  if (withFiles) await writeFeeds(catalogue, pages, { outDir, origin });
  const hashes = await writeSitePages(target, pages, before);
  await names;
  return hashes;
}

/** Writes those pages that are new or changed, and takes the others over. */
async function writeSitePages(
  target: PageTarget,
  made: readonly SitePage[],
  before: PageHashes | undefined,
): Promise<PageHashes> {
  const onPage = pageCounter();
  const urls = new Set(made.map(({ url }) => url));
  const own = target.renderer.ownPages
    .filter(({ url }) => !urls.has(url))
    .map((page) => ({ ...page, view: null }));
  const hashes: PageHashes = {};
  for (const page of [...made, ...own]) {
    const hash = pageHash(page);
    hashes[page.url] = hash;
    if (!isKept(target, before, page.url, hash) || !keepPage(target, page))
      await writePage(target, page);
    onPage();
  }
  return hashes;
}

// While the build reads what it left before, and the servers that changed.
async function readAttacks(): Promise<WorkerAnswers['attacks']> {
  const { items, problems } = await openStore(job.dataDir).readAttacks();
  attackEntries = items;
  await writeFile(job.attacks, JSON.stringify(items));
  return { digest: shortHash(items), problems, records: items.map(attackRecord) };
}

// Here, as it takes a second in which whoever asks has other answers to wait for.
function lay({ spare, from, head, names }: LayRequest): Promise<boolean> {
  return layServers(spare, job.outDir, { from, head, names: new Map(names) });
}

answerRequests<AttacksRequest | LayRequest | GatherRequest | ListRequest>(
  (request): Promise<unknown> => {
    if (request.do === 'attacks') return readAttacks();
    if (request.do === 'lay') return lay(request);
    return request.do === 'gather' ? gather(request) : list(request);
  },
);
