// A process of a build: reads its share of the servers and writes their pages. Started by `build-pool.ts`.
import { readFile } from 'node:fs/promises';
import {
  type Attack,
  type AttackEntry,
  type Takedown,
  withoutTakenDown,
} from '@toolwarden/catalogue';
import { openStore, type ReadServer, type ServerFiles } from '@toolwarden/catalogue/store';
import { answerRequests, pageCounter, readJob } from './answer-requests.ts';
import type { ReadState, WrittenServer } from './build-state.ts';
import { readJsonLines } from './json-lines.ts';
import { type FoundAttacks, foundIn, rememberAttacks } from './lib/applicable-attacks.ts';
import type { Listings } from './lib/listing-dates.ts';
import type { ActIndex } from './lib/related-tools.ts';
import { serverSearchRecord } from './lib/search-record.ts';
import { type ServerMarks, serverMarks } from './lib/server-marks.ts';
import { summarizeServer } from './lib/server-summary.ts';
import { type CountTokens, openTokenCounter } from './lib/token-count.ts';
import { openRenderer } from './page-renderer.ts';
import type { PageTarget } from './page-writer.ts';
import type { BeginRequest, ReadRequest, WriteRequest } from './worker-messages.ts';
import { linkServer, ServerWriter, type Shared } from './write-server.ts';

const job = readJob();
const store = openStore(job.dataDir);
type Common = { attacks: Attack[]; listings: Listings; takedowns: Takedown[] };
let common: Promise<Common> | undefined;
/** What holds for all servers; there by the first request, while this process starts before it is. */
const openCommon = () => (common ??= readCommon());
/** Servers read in the first step and written in the second. */
const held = new Map<string, ReadServer>();
const marksRead = new Map<string, ServerMarks>();
const foundRead = new Map<string, FoundAttacks>();
/** As records take some eight times the memory of their files, only so many are held; the others are read again. */
const MAX_HELD_BYTES = 48 * 2 ** 20;

async function readCommon(): Promise<Common> {
  const attackEntries: AttackEntry[] = JSON.parse(await readFile(job.attacks, 'utf8'));
  return {
    attacks: attackEntries.map(({ attack }) => attack),
    listings: new Map(JSON.parse(await readFile(job.listings, 'utf8'))),
    takedowns: await store.readTakedowns(),
  };
}

async function read({ servers }: ReadRequest): Promise<ReadState[]> {
  const { attacks } = await openCommon();
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
  const { takedowns } = await openCommon();
  const { entry, history, problems } = await store.readGroup(files);
  const left = entry && withoutTakenDown({ entry, history }, takedowns);
  return { entry: left?.entry, history: left?.history ?? [], problems };
}

/** What servers are written with; `acts` is empty until all servers are read. */
type Writing = { target: PageTarget; shared: Shared; onPage: () => void };
let writing: Writing | undefined;
const begun = new Map<string, ServerWriter>();
/** Read, but not held. */
const left = new Map<string, BeginRequest['servers'][number]>();

async function begin({ servers, ...request }: BeginRequest): Promise<null> {
  const { only, previousDir, isLaid } = request;
  const { attacks, listings } = await openCommon();
  const renderer = await openRenderer(job.templates);
  let counter: Promise<CountTokens> | undefined;
  const openCounter = () => (counter ??= openTokenCounter());
  const withFiles = only === undefined;
  writing = {
    target: { renderer, outDir: job.outDir, previousDir, isLaid, withFiles },
    shared: { acts: new Map(), attacks, listings, openCounter },
    onPage: pageCounter(),
  };
  for (const server of servers) {
    const { name } = server.files;
    const read = held.get(name);
    held.delete(name);
    if (read === undefined) left.set(name, server);
    else begun.set(name, await beginServer(writing, server, read));
  }
  return null;
}

async function beginServer(
  { target, shared, onPage }: Writing,
  { files: { name, digest }, before }: BeginRequest['servers'][number],
  read: ReadServer,
  foundBefore?: FoundAttacks,
): Promise<ServerWriter> {
  const marks = marksRead.get(name) ?? before?.marks;
  const found = foundRead.get(name) ?? foundBefore;
  if (read.entry && found) rememberAttacks(read.entry, shared.attacks, found);
  const writer = new ServerWriter(target, shared, { name, digest, read, marks, before }, onPage);
  await writer.writeOwnPage();
  return writer;
}

async function write(request: WriteRequest): Promise<WrittenServer[]> {
  if (writing === undefined) throw new Error('nothing was begun');
  const { target, shared } = writing;
  await readActs(request.acts, shared.acts);
  for (const name of request.same) linkServer(target, name);
  const servers: WrittenServer[] = [];
  for (const [name, around] of request.begun) {
    const server = left.get(name);
    const writer =
      begun.get(name) ??
      (server && (await beginServer(writing, server, await readPublic(server.files))));
    begun.delete(name);
    if (writer) servers.push(await writer.writeTools(around));
  }
  for (const { around, found, ...server } of request.servers) {
    const writer = await beginServer(writing, server, await readPublic(server.files), found);
    servers.push(await writer.writeTools(around));
  }
  return servers;
}

async function readActs(file: string, into: ActIndex): Promise<void> {
  for await (const line of readJsonLines(file)) {
    const [key, tools] = line as [string, ReturnType<ActIndex['get']>];
    if (tools) into.set(key, tools);
  }
}

answerRequests((request: ReadRequest | BeginRequest | WriteRequest): Promise<unknown> => {
  if (request.do === 'read') return read(request);
  return request.do === 'begin' ? begin(request) : write(request);
});
