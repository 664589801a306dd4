import {
  type Classification,
  inputDigest,
  type ServerClassifications,
  type ServerRecord,
  serverWords,
} from '@toolwarden/catalogue';
import type { Store, StoreProblem } from '@toolwarden/catalogue/store';
import { classifyServer, RULESET_VERSION } from './classify.ts';
import { inOrder } from './in-order.ts';
import type { ModelJudge } from './model/model-judge.ts';
import { type StaleCorrection, staleCorrections } from './stale-corrections.ts';

/** What a run over a store did. */
export type StoreRun = {
  servers: number;
  tools: number;
  changed: number;
  problems: StoreProblem[];
  /** Corrections that no longer apply, since what they were made for changed or went. */
  stale: StaleCorrection[];
};

type StoreOptions = {
  signal?: AbortSignal;
  /** Asked beside the rules; what it judged before is kept. */
  model?: Pick<ModelJudge, 'identity' | 'judge'>;
  /** After each server; `of` is how many there are. */
  onServer?: (
    id: ServerRecord['id'],
    done: { changed: boolean; tools: number; of: number },
  ) => void;
};

/** So many servers wait for a model at once, so that small ones do not leave it idle. */
const MOST_SERVERS = 8;

/** Classifies what is new or changed in a store; answers with equal inputs are kept as they are. */
export async function classifyStore(
  store: Store,
  { signal, model, onServer }: StoreOptions = {},
): Promise<StoreRun> {
  const [records, stored, corrected] = await Promise.all([
    store.readServers(),
    store.readAllClassifications(),
    store.readAllCorrections(),
  ]);
  const known = new Map(stored.items.map((item) => [item.id, item]));
  const run: StoreRun = {
    servers: 0,
    tools: 0,
    changed: 0,
    problems: [...records.problems, ...stored.problems, ...corrected.problems],
    stale: staleCorrections(corrected.items, records.items),
  };
  const wanted = records.items.filter(({ id, tools }) => tools.length > 0 || known.has(id));

  async function judgeOne(record: ServerRecord) {
    const before = known.get(record.id);
    if (signal?.aborted) return undefined;
    if (before !== undefined && isCurrent(before, record, model)) return { record, changed: false };
    const judged =
      model === undefined
        ? keepingModels(classifyServer(record), before)
        : await withModel(record, model, signal);
    if (judged === undefined) return undefined;
    return { record, changed: await store.writeClassifications(judged) };
  }
  const width = model === undefined ? 1 : MOST_SERVERS;
  for await (const done of inOrder(each(wanted), width, judgeOne)) {
    if (done === undefined) break;
    const { record, changed } = done;
    run.servers++;
    run.tools += record.tools.length;
    if (changed) run.changed++;
    onServer?.(record.id, { changed, tools: record.tools.length, of: wanted.length });
  }
  return run;
}

/** The tools of a store that have no current judgement by this model, for asking them ahead. */
export async function toolsToAsk(store: Store, model: Pick<ModelJudge, 'identity'>) {
  const [records, stored] = await Promise.all([
    store.readServers(),
    store.readAllClassifications(),
  ]);
  const known = new Map(stored.items.map((item) => [item.id, item]));
  return records.items
    .filter((record) => {
      const before = known.get(record.id);
      return before === undefined || !isCurrent(before, record, model);
    })
    .flatMap((record) =>
      record.tools.map(({ definition }) => ({ server: serverWords(record), tool: definition })),
    );
}

/** A run without a model does not undo what one found: what it judged stays while tool, server and rules are the same. */
function keepingModels(
  judged: ServerClassifications,
  before: ServerClassifications | undefined,
): ServerClassifications {
  const keyOf = ({ tool, inputDigest: digest }: Classification) => `${tool}\n${digest}`;
  const byModel = new Map(
    before?.tools
      .filter(({ provenance }) => provenance.method === 'model+rules')
      .map((stored) => [keyOf(stored), stored]),
  );
  return { ...judged, tools: judged.tools.map((rules) => byModel.get(keyOf(rules)) ?? rules) };
}

/** `undefined` where the run was stopped on the way. */
async function withModel(
  record: ServerRecord,
  { judge }: Pick<ModelJudge, 'judge'>,
  signal: AbortSignal | undefined,
): Promise<ServerClassifications | undefined> {
  // The rules' records name tool, digests and order; only the judgements are made anew.
  const { id, tools } = classifyServer(record);
  const server = serverWords(record);
  const byKey = new Map(
    record.tools.map((tool) => [`${tool.definition.name}\n${tool.digest}`, tool.definition]),
  );
  try {
    const judged = await Promise.all(
      tools.map(async (rules): Promise<Classification> => {
        const tool = byKey.get(`${rules.tool}\n${rules.toolDigest}`);
        return tool === undefined
          ? rules
          : { ...rules, ...(await judge({ server, tool }, signal)) };
      }),
    );
    return { id, tools: judged };
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** Whether stored answers are for these very inputs, under these very rules and, where one is asked, by this model. */
function isCurrent(
  before: ServerClassifications,
  record: ServerRecord,
  model?: Pick<ModelJudge, 'identity'>,
): boolean {
  const server = serverWords(record);
  const wanted = record.tools
    .map(({ digest }) => inputDigest(digest, server, RULESET_VERSION))
    .sort();
  const held = before.tools.map((tool) => tool.inputDigest).sort();
  const isSame =
    wanted.length === held.length && wanted.every((digest, index) => digest === held[index]);
  // What a model could not judge is tried again; what it did judge stays, also in a run without one.
  return isSame && (model === undefined || before.tools.every((tool) => isBy(tool, model)));
}

function isBy({ provenance }: Classification, { identity }: Pick<ModelJudge, 'identity'>): boolean {
  return (
    provenance.method === 'model+rules' &&
    provenance.model === identity.model &&
    provenance.promptVersion === identity.promptVersion
  );
}
