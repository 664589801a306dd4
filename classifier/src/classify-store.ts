import {
  inputDigest,
  type ServerClassifications,
  type ServerRecord,
  serverWords,
} from '@toolwarden/catalogue';
import type { Store, StoreProblem } from '@toolwarden/catalogue/store';
import { classifyServer, RULESET_VERSION } from './classify.ts';

/** What a run over a store did. */
export type StoreRun = {
  servers: number;
  tools: number;
  changed: number;
  problems: StoreProblem[];
};

/** Classifies what is new or changed in a store; answers with equal inputs are kept as they are. */
export async function classifyStore(
  store: Store,
  {
    signal,
    onServer,
  }: {
    signal?: AbortSignal;
    /** After each server; `of` is how many there are. */
    onServer?: (
      id: ServerRecord['id'],
      done: { changed: boolean; tools: number; of: number },
    ) => void;
  } = {},
): Promise<StoreRun> {
  const [records, stored] = await Promise.all([
    store.readServers(),
    store.readAllClassifications(),
  ]);
  const known = new Map(stored.items.map((item) => [item.id, item]));
  const run: StoreRun = {
    servers: 0,
    tools: 0,
    changed: 0,
    problems: [...records.problems, ...stored.problems],
  };
  const judged = records.items.filter(({ id, tools }) => tools.length > 0 || known.has(id));
  for (const record of judged) {
    if (signal?.aborted) break;
    const before = known.get(record.id);
    const isSame = before !== undefined && isCurrent(before, record);
    const changed = isSame ? false : await store.writeClassifications(classifyServer(record));
    run.servers++;
    run.tools += record.tools.length;
    if (changed) run.changed++;
    onServer?.(record.id, { changed, tools: record.tools.length, of: judged.length });
  }
  return run;
}

/** Whether stored answers are for these very inputs under these very rules. */
function isCurrent(before: ServerClassifications, record: ServerRecord): boolean {
  const server = serverWords(record);
  const wanted = record.tools
    .map(({ digest }) => inputDigest(digest, server, RULESET_VERSION))
    .sort();
  const held = before.tools.map((tool) => tool.inputDigest).sort();
  return wanted.length === held.length && wanted.every((digest, index) => digest === held[index]);
}
