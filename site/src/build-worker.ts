// A process of a build: reads its share of the servers and writes their pages. Started by `build-pool.ts`.
import { readFile } from 'node:fs/promises';
import {
  type Attack,
  type AttackEntry,
  type Takedown,
  withoutTakenDown,
} from '@toolwarden/catalogue';
import { openStore, type ReadServer, type ServerFiles } from '@toolwarden/catalogue/store';
import { answerRequests, pageCounter, readJob, sayPart } from './answer-requests.ts';
import { pageLine } from './build-state.ts';
import { readJsonLines } from './json-lines.ts';
import { type KnownServer, knownFrom } from './known-server.ts';
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
/** What an earlier build knew of them. */
const knownBefore = new Map<string, KnownServer>();
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

async function read({ servers, isSameAttacks }: ReadRequest): Promise<null> {
  const { attacks } = await openCommon();
  let bytes = 0;
  for (const { files, before: texts } of servers) {
    const before = texts && knownFrom(files.name, texts, isSameAttacks);
    if (before !== undefined) knownBefore.set(files.name, before);
    const server = await readPublic(files);
    bytes += files.bytes;
    if (bytes <= MAX_HELD_BYTES) held.set(files.name, server);
    const { entry, history, problems } = server;
    const marks = entry && serverMarks(entry, history, before?.marks);
    if (marks !== undefined) marksRead.set(files.name, marks);
    if (entry && before?.found && marks?.facts === before.marks?.facts)
      rememberAttacks(entry, attacks, before.found);
    const summary = entry && summarizeServer(entry, attacks, history);
    if (summary !== undefined) foundRead.set(files.name, foundIn(summary));
    sayPart<'read'>({
      name: files.name,
      digest: files.digest,
      problems,
      summary: summary ? JSON.stringify(summary) : '',
      search: entry && !entry.record.isGone ? JSON.stringify(serverSearchRecord(entry)) : '',
    });
  }
  return null;
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
const left = new Map<string, ServerFiles>();

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
  for (const files of servers) {
    const { name } = files;
    const read = held.get(name);
    held.delete(name);
    if (read === undefined) left.set(name, files);
    else begun.set(name, await beginServer(writing, files, { read, before: takeKnown(name) }));
  }
  return null;
}

function takeKnown(name: string): KnownServer | undefined {
  const known = knownBefore.get(name);
  knownBefore.delete(name);
  return known;
}

async function beginServer(
  { target, shared, onPage }: Writing,
  { name, digest }: ServerFiles,
  { read, before }: { read: ReadServer; before: KnownServer | undefined },
): Promise<ServerWriter> {
  const marks = marksRead.get(name) ?? before?.marks;
  const found = foundRead.get(name) ?? before?.found;
  if (read.entry && found) rememberAttacks(read.entry, shared.attacks, found);
  const writer = new ServerWriter(target, shared, { name, digest, read, marks, before }, onPage);
  await writer.writeOwnPage();
  return writer;
}

async function write(request: WriteRequest): Promise<null> {
  if (writing === undefined) throw new Error('nothing was begun');
  const { target, shared } = writing;
  await readActs(request.acts, shared.acts);
  for (const name of request.same) linkServer(target, name);
  for (const [name, around] of request.begun) {
    const files = left.get(name);
    const writer = begun.get(name) ?? (files && (await readAndBegin(files, takeKnown(name))));
    begun.delete(name);
    if (writer) await endServer(writer, around);
  }
  for (const { files, before, around } of request.servers)
    await endServer(
      await readAndBegin(files, before && knownFrom(files.name, before, true)),
      around,
    );
  return null;

  async function readAndBegin(files: ServerFiles, before: KnownServer | undefined) {
    return beginServer(writing as Writing, files, { read: await readPublic(files), before });
  }
}

async function endServer(writer: ServerWriter, around: string): Promise<void> {
  const { name, pages, faults, ...known } = await writer.writeTools(around);
  sayPart<'write'>({
    name,
    faults,
    pageCount: Object.keys(pages).length,
    pages: pageLine(name, pages),
    parts: JSON.stringify({ marks: writer.marks, ...known }),
  });
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
