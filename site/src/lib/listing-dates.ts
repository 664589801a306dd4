import type {
  CatalogueTool,
  CrawlRun,
  HistoryEvent,
  ServerId,
  ServerRecord,
} from '@toolwarden/catalogue';
import { compareText } from './names.ts';
import type { Fact } from './provenance.ts';

/** When a server was asked for its tools, by the account that crawls keep. Days in UTC. */
export type ListingDates = {
  /** Asked for the last time, whatever came of it. */
  asked: string;
  /** Listed for the last time; absent where it never was. */
  last?: string;
  /** Listed for the first time, for each of its versions; the earliest first. */
  versions: [version: string, day: string][];
  /** Whether the last listing is much older than the newest crawl of any server. */
  isOld: boolean;
};
export type Listings = ReadonlyMap<ServerId, ListingDates>;

/** A listing older than this, beside the newest crawl, is pointed out. */
const OLD_AFTER_DAYS = 30;
const DAY_MS = 86_400_000;

/** The dates of every server. The same runs give the same dates: "old" is measured by the newest run and by no clock. */
export function listingDates(runs: readonly CrawlRun[]): Map<ServerId, ListingDates> {
  // What was listed from names alone replaced no record.
  const past = runs
    .filter(({ isFromNamesAlone }) => isFromNamesAlone !== true)
    .toSorted((a, b) => compareText(a.endedAt, b.endedAt));
  const found = new Map<ServerId, ListingDates>();
  for (const { endedAt, servers } of past) {
    const day = endedAt.slice(0, 10);
    for (const { id, version, outcome } of servers) {
      const known = found.get(id) ?? { asked: day, versions: [], isOld: false };
      found.set(id, known);
      known.asked = day;
      if (outcome === 'failed') continue;
      known.last = day;
      if (known.versions.every(([each]) => each !== version)) known.versions.push([version, day]);
    }
  }
  const newest = Date.parse(past.at(-1)?.endedAt.slice(0, 10) ?? '');
  for (const dates of found.values())
    dates.isOld =
      dates.last !== undefined && newest - Date.parse(dates.last) > OLD_AFTER_DAYS * DAY_MS;
  return found;
}

/** The dates of a server's page. It moves with each listing; the pages of its tools must not. */
export function listingFacts({ version }: ServerRecord, dates: ListingDates | undefined): Fact[] {
  if (dates === undefined) return [];
  const { asked, last, versions } = dates;
  const first = versions.find(([each]) => each === version)?.[1];
  return [
    ...(first === undefined ? [] : [day('This version first listed', first)]),
    ...(last === undefined ? [] : [day('Last listed', last)]),
    ...(asked === last ? [] : [day('Asked since, without success', asked)]),
  ];
}

/** Since when a tool is listed with this very definition: it changes with the definition and with nothing else. */
export function definitionSince(
  { definition, digest }: CatalogueTool,
  history: readonly HistoryEvent[],
  dates: ListingDates | undefined,
): string | undefined {
  const changes = history
    .filter((event) => 'newDigest' in event && 'tool' in event && event.tool === definition.name)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const [latest] = changes;
  // A history whose last word is another definition does not know this one.
  if (latest !== undefined)
    return 'newDigest' in latest && latest.newDigest === digest
      ? latest.at.slice(0, 10)
      : undefined;
  return dates?.versions[0]?.[1];
}

const day = (label: string, value: string): Fact => ({ label, value, isCode: false });
