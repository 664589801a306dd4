import { randomBytes } from 'node:crypto';
import { GatewayError } from '../../gateway-error.ts';
import { chargeScript, undoScript } from './charge-script.ts';
import type { RedisConnection } from './redis-connection.ts';
import { isAnswer } from './redis-fault.ts';
import { keys } from './redis-keys.ts';

/** A counter that is read, and charged where it has an amount. */
export type CounterAsk = {
  key: string;
  windowMs: number;
  charge?: { amount: number; max: number };
};

/** A question for a person, in case nobody has answered it yet. */
type Question = {
  binding: string;
  /** `use` where the call passes once it is approved; `look` where it is refused even then. */
  act: 'use' | 'look';
  server: string;
  tool: string;
  method: string;
  reason: string;
  argumentsText: string;
  /** How long it stays open. */
  forMs: number;
};

/** What is to be done for one call, in one step. */
export type LedgerAsk = {
  callId: string;
  grant: string;
  /** The hash of the token that must still be the grant's, where nobody has looked. */
  tokenHash?: string | undefined;
  /** Judged by only where the ledger has been told to trust it; else the server's clock rules. */
  at: number;
  counters: readonly CounterAsk[];
  question?: Question;
};

/** What was done. `full`: a limit would be exceeded, so nothing was charged. */
export type LedgerAnswer = {
  kind: 'done' | 'full' | 'approved' | 'asked';
  /** The time it was judged by. */
  at: number;
  /** What each counter held before, in the order asked. */
  used: number[];
  approvalId?: string;
};

/** The counters and approvals in Redis. */
export type RedisLedger = {
  /** Checks and charges in one step; the same call twice is refused, a lost answer fetched again. */
  ask(ask: LedgerAsk): Promise<LedgerAnswer>;
  /** Gives back what a call was charged, or sees to it that it is never charged. */
  undo(callId: string): Promise<void>;
  /** Gives back what a call was charged, which then is asked anew. */
  retract(callId: string): Promise<void>;
  /** As `undo`, tried again whenever Redis comes back. */
  undoLater(callId: string): void;
  /** Waits for what is being given back at the moment. */
  settle(): Promise<void>;
};

/** A call that was charged is known this long: longer than any call may take. */
const CALL_MS = 600_000;
const APPROVAL_KEPT_MS = 7 * 86_400_000;
const MOST_PENDING = 100;
const MOST_UNSURE = 10_000;

/** The ledger of one store, known by its epoch; `isClockGiven` is for tests. */
export function createRedisLedger(
  redis: RedisConnection,
  { epoch, isClockGiven = false }: { epoch: string; isClockGiven?: boolean },
): RedisLedger {
  // Names of attempts: no other process has them, and they cost a call less than chance each time.
  const attempts = randomBytes(9).toString('base64url');
  let made = 0;
  const unsure = new Set<string>();
  const running = new Set<Promise<void>>();
  const undo = async (callId: string, how: 'for-good' | 'again') => {
    await redis.run(undoScript, [keys.call(callId)], [CALL_MS, how]);
    unsure.delete(callId);
  };
  const tryUndo = (callId: string) => {
    const done = undo(callId, 'for-good').catch(() => {});
    running.add(done);
    void done.then(() => running.delete(done));
  };
  const undoLater = (callId: string) => {
    // What is forgotten here was charged for nothing, which refuses more and never lets more pass.
    if (unsure.size < MOST_UNSURE) unsure.add(callId);
    tryUndo(callId);
  };
  redis.onReady(() => unsure.forEach(tryUndo));
  return {
    async ask(ask) {
      const { callId, grant, tokenHash = '', at, counters, question } = ask;
      const attempt = `${attempts}-${++made}`;
      const time = isClockGiven ? String(at) : '';
      const asked = redis.run(
        chargeScript,
        [
          ...[keys.meta, keys.call(callId), keys.grant(grant)],
          ...[keys.binding(question?.binding ?? ''), keys.pending(grant), keys.approvals],
          ...counters.map(({ key }) => keys.counter(key)),
        ],
        [
          ...[epoch, time, attempt, CALL_MS],
          ...questionArgs(question),
          ...counters.flatMap(({ windowMs, charge }) => [
            windowMs,
            charge?.amount ?? '',
            charge?.max ?? '',
          ]),
          tokenHash,
        ],
      );
      const answer = await asked.catch((error: GatewayError) => {
        // Redis may have charged it without our hearing of it, or may yet.
        if (!isAnswer(error.cause)) undoLater(callId);
        throw error;
      });
      return readAnswer(answer, grant, redis.shown);
    },
    undo: (callId) => undo(callId, 'for-good'),
    retract: (callId) => undo(callId, 'again'),
    undoLater,
    settle: async () => void (await Promise.all(running)),
  };
}

function questionArgs(question: Question | undefined): (string | number)[] {
  if (question === undefined) return ['', '', 0, 0, 0, '', '', '', '', ''];
  const { act, server, tool, method, reason, argumentsText, forMs } = question;
  const id = randomBytes(5).toString('hex');
  return [
    act,
    id,
    forMs,
    Math.max(APPROVAL_KEPT_MS, 3 * forMs),
    MOST_PENDING,
    server,
    tool,
    reason,
    argumentsText,
    method,
  ];
}

function readAnswer(answer: unknown, grant: string, shown: string): LedgerAnswer {
  const [kind, at, approvalId, ...used] = answer as string[];
  const fault = (message: string) => new GatewayError('state-unavailable', message);
  switch (kind) {
    case 'grant-over':
      throw new GatewayError('grant-unknown', `grant ${grant}: revoked or expired`);
    case 'duplicate':
      throw fault('this call is recorded already; it is not charged twice');
    case 'gone':
      throw goneFault(shown);
    case 'done':
    case 'full':
    case 'approved':
    case 'asked':
      return {
        ...{ kind, at: Number(at), used: used.map(Number) },
        ...(approvalId !== undefined && approvalId !== '' && { approvalId }),
      };
    default:
      throw fault(`Redis at ${shown}: it answers what it was not asked`);
  }
}

/** The store is gone. It is never made anew behind the back of its owner. */
export function goneFault(shown: string): GatewayError {
  return new GatewayError(
    'state-unavailable',
    `Redis at ${shown}: emptied or replaced; restore its data, or delete redis.json in the state folders of all gateways and start them again to begin without its counters, grants and approvals`,
  );
}
