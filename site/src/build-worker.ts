// A process of a build: reads its share of the servers and writes their pages. Started by `build-pool.ts`.
import { readFile } from 'node:fs/promises';
import { type AttackEntry, withoutTakenDown } from '@toolwarden/catalogue';
import { openStore, type ReadServer, type ServerFiles } from '@toolwarden/catalogue/store';
import { answerRequests, pageCounter, readJob } from './answer-requests.ts';
import type { ReadState, WrittenServer } from './build-state.ts';
import { readJsonLines } from './json-lines.ts';
import { type FoundAttacks, rememberAttacks } from './lib/applicable-attacks.ts';
import type { Listings } from './lib/listing-dates.ts';
import type { ActIndex } from './lib/related-tools.ts';
import { serverSearchRecord } from './lib/search-record.ts';
import { type ServerMarks, serverMarks } from './lib/server-marks.ts';
import { foundIn, summarizeServer } from './lib/server-summary.ts';
import { type CountTokens, openTokenCounter } from './lib/token-count.ts';
import { openRenderer } from './page-renderer.ts';
import type { PageTarget } from './page-writer.ts';
import type { ReadRequest, WriteRequest } from './worker-messages.ts';
import { linkServer, writeServer } from './write-server.ts';

const job = readJob();
const store = openStore(job.dataDir);
const attackEntries: AttackEntry[] = JSON.parse(await readFile(job.attacks, 'utf8'));
const attacks = attackEntries.map(({ attack }) => attack);
const listings: Listings = new Map(JSON.parse(await readFile(job.listings, 'utf8')));
const takedowns = await store.readTakedowns();
/** Servers read in the first step and written in the second. */
const held = new Map<string, ReadServer>();
const marksRead = new Map<string, ServerMarks>();
const foundRead = new Map<string, FoundAttacks>();
/** As records take some eight times the memory of their files, only so many are held; the others are read again. */
const MAX_HELD_BYTES = 48 * 2 ** 20;

async function read({ servers }: ReadRequest): Promise<ReadState[]> {
  const found: ReadState[] = [];
  let bytes = 0;
  for (const { files, ...before } of servers) {
    const server = await readPublic(files);
    bytes += files.bytes;
    if (bytes <= MAX_HELD_BYTES) held.set(files.name, server);
    const { entry, history, problems } = server;
    const marks = entry && serverMarks(entry, history, before.marks);
    if (marks !== undefined) marksRead.set(files.name, marks);
    if (entry && before.found && marks?.facts === before.marks?.facts)
      rememberAttacks(entry, attacks, before.found);
    const summary = entry && summarizeServer(entry, attacks, history);
    if (summary !== undefined) foundRead.set(files.name, foundIn(summary));
    found.push({
      name: files.name,
      digest: files.digest,
      problems,
      faults: [],
      ...(entry && summary && marks && { summary, marks, search: serverSearchRecord(entry) }),
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

async function write(request: WriteRequest): Promise<WrittenServer[]> {
  const { templates, outDir, previousDir } = job;
  const { isLaid } = request;
  const renderer = await openRenderer(templates);
  const withFiles = request.only === undefined;
  const target: PageTarget = { renderer, outDir, previousDir, isLaid, withFiles };
  const acts = await readActs(request.acts);
  const onPage = pageCounter();
  let counter: Promise<CountTokens> | undefined;
  const openCounter = () => (counter ??= openTokenCounter());
  const shared = { acts, attacks, listings, openCounter };
  const servers: WrittenServer[] = [];
  for (const name of request.same) linkServer(target, name);
  for (const { files, before, around, found } of request.servers) {
    const { name, digest } = files;
    const known = held.get(name) ?? (await readPublic(files));
    held.delete(name);
    const marks = marksRead.get(name) ?? before?.marks;
    const attacksFound = foundRead.get(name) ?? found;
    if (known.entry && attacksFound) rememberAttacks(known.entry, attacks, attacksFound);
    const work = { name, digest, read: known, marks, around, before };
    servers.push(await writeServer(target, shared, work, onPage));
  }
  return servers;
}

async function readActs(file: string): Promise<ActIndex> {
  const acts: ActIndex = new Map();
  for await (const line of readJsonLines(file)) {
    const [key, tools] = line as [string, ReturnType<ActIndex['get']>];
    if (tools) acts.set(key, tools);
  }
  return acts;
}

answerRequests((request: ReadRequest | WriteRequest) =>
  request.do === 'read' ? read(request) : write(request),
);
