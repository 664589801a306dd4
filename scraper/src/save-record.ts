import type { HistoryEvent, ServerId, ServerRecord } from '@toolwarden/catalogue';
import { type Store, StoreError } from '@toolwarden/catalogue/store';
import { changesBetween, withoutKnown } from './changes.ts';
import { mayReplace } from './record.ts';
import { steadied } from './stability.ts';

/**
 * Writes a record and what it changed; a failed crawl leaves an earlier listing as it is. Done twice with the same
 * record, for a crawler was killed in between, it is as if done once. `at` is when the server was crawled.
 */
export async function saveRecord(store: Store, crawled: ServerRecord, at: string): Promise<void> {
  const earlier = await readEarlier(store, crawled.id);
  if (earlier === 'unusable') {
    // What somebody may still mend is worth more than the news of a failure.
    if (crawled.outcome !== 'failed') await store.writeServer(crawled);
    return;
  }
  const isNewer = mayReplace(earlier, crawled);
  const record = isNewer ? steadied(earlier, crawled) : crawled;
  const changes =
    isNewer && earlier?.outcome === 'complete' && record.outcome === 'complete'
      ? changesBetween(earlier, record, at)
      : [];
  // History first: killed in between, the next start finds the same change again rather than losing it.
  if (earlier !== undefined) await remember(store, earlier, record, changes, at);
  if (isNewer) await store.writeServer(record);
}

/** Appends what is news to the history: changes, and a server that went or came back. */
async function remember(
  store: Store,
  earlier: ServerRecord,
  now: ServerRecord,
  changes: HistoryEvent[],
  at: string,
): Promise<void> {
  const isGone = now.reason === 'not-found' && earlier.outcome !== 'failed';
  const isListed = now.outcome !== 'failed';
  if (!isGone && !isListed) return;
  await store.mendHistory(now.id);
  const { items } = await store.readHistory(now.id);
  const wasGone =
    items.findLast(({ event }) => event === 'server-gone' || event === 'server-back')?.event ===
    'server-gone';
  const news: HistoryEvent[] = [
    ...(isGone && !wasGone
      ? [{ at, version: earlier.version, event: 'server-gone' as const }]
      : []),
    ...(isListed && wasGone ? [{ at, version: now.version, event: 'server-back' as const }] : []),
  ];
  await store.appendHistory(now.id, [...news, ...withoutKnown(items, changes)]);
}

/** The record so far; one that cannot be understood does not end the run. */
async function readEarlier(
  store: Store,
  id: ServerId,
): Promise<ServerRecord | 'unusable' | undefined> {
  try {
    return await store.readServer(id);
  } catch (error) {
    if (error instanceof StoreError && error.code !== 'unreadable') return 'unusable';
    throw error;
  }
}
