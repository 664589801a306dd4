import type { Digest } from '@toolwarden/catalogue';
import { askedId, type createAsker, settledOf } from './ask.ts';
import type { Clock } from './circuit.ts';
import type { Endpoint } from './endpoint.ts';
import type { Ledger, OpenBatch, Question } from './ledger.ts';
import { batchError, type ModelClient } from './model-client.ts';
import type { ModelReply, ModelRequest } from './model-reply.ts';
import { promptFor } from './prompt.ts';

export type BatchOptions = {
  client: ModelClient;
  endpoint: Endpoint;
  asker: Pick<
    ReturnType<typeof createAsker>,
    'stored' | 'requestFor' | 'mostFor' | 'costFor' | 'place'
  >;
  ledger: Ledger;
  questions: AsyncIterable<{ question: Question; definition: string }>;
  pollMs: number;
  clock: Clock;
  newMark: () => string;
  signal?: AbortSignal;
  /** Before each wait; how many batches are still worked on. */
  onWait?: (open: number) => void;
};

/** So many in one file keep it, and the answers to it, small enough to be read whole. */
const MOST_IN_BATCH = 1_000;

/**
 * Hands in every question that has no answer yet and waits for the replies. The batch is written down before it is handed in,
 * so that a run that is killed finds it again instead of paying for it twice.
 */
export async function runBatches(options: BatchOptions): Promise<void> {
  const { ledger, asker, signal } = options;
  const open: OpenBatch[] = [];
  for (const batch of ledger.batches(asker.place)) {
    const found = await foundAgain(batch, options);
    if (found === undefined) ledger.closeBatch(batch);
    else open.push(found);
  }
  const underWay = new Set<Digest>(
    open.flatMap(({ calls }) => calls.flatMap((call) => ledger.questionOf(call)?.key ?? [])),
  );
  let waiting: Waiting[] = [];
  for await (const { question, definition } of options.questions) {
    signal?.throwIfAborted();
    if (underWay.has(question.key) || asker.stored(question) !== undefined) continue;
    underWay.add(question.key);
    const request = asker.requestFor(promptFor(askedId(question), definition, options.newMark()));
    waiting.push({ question, request });
    if (waiting.length < MOST_IN_BATCH) continue;
    open.push(...(await handIn(waiting, options)));
    waiting = [];
  }
  if (waiting.length > 0) open.push(...(await handIn(waiting, options)));
  await collect(open, options);
}

type Waiting = { question: Question; request: ModelRequest };

async function handIn(
  waiting: readonly Waiting[],
  { client, endpoint, asker, ledger, newMark, signal }: BatchOptions,
): Promise<OpenBatch[]> {
  const label = newMark();
  const reserved = ledger.reserveBatch(
    asker.place,
    label,
    waiting.map(({ question, request }) => ({ question, most: asker.mostFor(request) })),
  );
  const requests = waiting.flatMap(({ request }, index) => {
    const item = reserved[index];
    return item?.ok ? [{ id: String(item.call), request }] : [];
  });
  if (requests.length === 0) return [];
  const batch: OpenBatch = { label, calls: requests.map(({ id }) => Number(id)) };
  const submitted = await client.submitBatch(requests, batch.label, signal);
  if ('refused' in submitted) {
    for (const call of batch.calls) ledger.settle(call, 0);
    ledger.closeBatch(batch);
    throw batchError(endpoint, { kind: 'failed', failure: submitted.refused, isPaid: false });
  }
  const known = { ...batch, id: submitted.id };
  ledger.saveBatch(asker.place, known);
  return [known];
}

/** A batch whose id was not written down in time is looked for by our label. */
async function foundAgain(
  batch: OpenBatch,
  { client, signal }: BatchOptions,
): Promise<OpenBatch | undefined> {
  if (batch.id !== undefined) return batch;
  const id = await client.findBatch(batch.label, signal);
  return id === undefined ? undefined : { ...batch, id };
}

/** So many looks at a batch may fail in a row before the run ends; the batch is found again by the next. */
const MOST_FAILED_LOOKS = 10;

async function collect(batches: OpenBatch[], options: BatchOptions): Promise<void> {
  const { client, clock, ledger, pollMs, signal, onWait } = options;
  let failedLooks = 0;
  const transient = (error: unknown): undefined => {
    failedLooks += 1;
    if (signal?.aborted || failedLooks >= MOST_FAILED_LOOKS) throw error;
  };
  let open = batches;
  while (open.length > 0) {
    const still: OpenBatch[] = [];
    for (const batch of open) {
      const replies = await client.readBatch(batch.id as string, signal).catch(transient);
      if (replies === undefined) still.push(batch);
      // What it held may have been answered and billed: it stays counted.
      else if (replies === 'gone') ledger.closeBatch(batch);
      else {
        failedLooks = 0;
        settleBatch(batch, replies, options);
      }
    }
    open = still;
    if (open.length === 0) return;
    onWait?.(open.length);
    await clock.sleep(pollMs, signal);
  }
}

/** What a batch did not answer, or not well, is left for a request of its own. */
function settleBatch(
  batch: OpenBatch,
  replies: ReadonlyMap<string, ModelReply>,
  { ledger, asker }: BatchOptions,
): void {
  for (const call of batch.calls) {
    const asked = ledger.questionOf(call);
    if (asked === undefined) continue;
    const { reserved, ...question } = asked;
    const reply = replies.get(String(call));
    // No line at all, or a line that failed: an expired or refused request is not billed.
    if (reply === undefined || reply.kind === 'failed') {
      ledger.settle(call, 0);
      continue;
    }
    const { outcome, answer } = settledOf(reply, askedId(question));
    const cost = asker.costFor(reply, reserved);
    if (outcome === 'malformed') ledger.settle(call, cost);
    else
      ledger.settle(call, cost, {
        ...question,
        outcome,
        ...(answer !== undefined && { answer }),
      });
  }
  ledger.closeBatch(batch);
}
