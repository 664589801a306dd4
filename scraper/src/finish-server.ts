import type { CrawlRun, ServerRecord } from '@toolwarden/catalogue';
import type { Store } from '@toolwarden/catalogue/store';
import type { CrawlResult } from './crawl-result.ts';
import { saveRecord } from './save-record.ts';
import type { WorkList } from './work-list.ts';

/** Finishes a server: first in the work list, which makes it final, then in the store. */
export async function finishServer(
  store: Store,
  work: WorkList,
  position: number,
  record: ServerRecord | undefined,
  result: CrawlResult,
): Promise<void> {
  const at = work.finish(position, result, record);
  if (record === undefined) return;
  await saveRecord(store, record, at);
  work.filed(position);
}

/** Brings what a killed crawler had finished to its files, and writes its run down. */
export async function closeKilledRun(store: Store, work: WorkList): Promise<void> {
  for (const { position, record, at } of work.pending()) {
    await saveRecord(store, record, at);
    work.filed(position);
  }
  if (!work.isOpen()) return;
  const account = work.account();
  // Killed after its last server: it stays open, so that the same command ends it instead of beginning anew.
  if (account !== undefined && work.left().length === 0)
    await store.writeCrawlRun({ ...account, ending: 'completed' });
  else if (account?.servers.length === 0) work.end('interrupted');
  else await writeRun(store, work, 'interrupted');
}

/** Writes a run down, then ends it: killed in between, the next start writes it once more. */
export async function writeRun(
  store: Store,
  work: WorkList,
  ending: CrawlRun['ending'],
): Promise<CrawlRun> {
  const run = { ...(work.account() as CrawlRun), ending };
  await store.writeCrawlRun(run);
  work.end(ending);
  return run;
}
