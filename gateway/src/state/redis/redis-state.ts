import { type ArgumentHasher, openArgumentHasher } from '../../audit/argument-hash.ts';
import { decisionRecord, noteRecord, outcomeRecord } from '../../audit/audit-record.ts';
import { readSettings, type StateSettings } from '../../audit/audit-settings.ts';
import type { Draft } from '../../audit/chain-writer.ts';
import { openRecorder, type Recorder } from '../../audit/recorder.ts';
import { isSentOn } from '../../audit/recover-chains.ts';
import { createGroupCommit } from '../group-commit.ts';
import { createNoteValve } from '../note-valve.ts';
import { stateFiles } from '../open-database.ts';
import type { CallEntry, Recorded, State } from '../state.ts';
import type { Tables } from '../store.ts';
import { judgeWithLedger } from './judge-with-ledger.ts';
import { createRedisApprovals, type RedisApprovals } from './redis-approvals.ts';
import { connectRedis, type RedisOptions } from './redis-connection.ts';
import { openEpoch } from './redis-epoch.ts';
import { createRedisGrants, type RedisGrants } from './redis-grants.ts';
import { createRedisLedger } from './redis-ledger.ts';

/** The state that replicas share, with what operators do to it. */
export type RedisState = Omit<State, 'close'> & {
  grants: Pick<RedisGrants, 'list' | 'rotate' | 'revoke' | 'forget'> & {
    create(grant: Parameters<RedisGrants['create']>[0]): ReturnType<RedisGrants['create']>;
  };
  approvals: RedisApprovals;
  close(): Promise<void>;
};

/** How to open it; what is left out is as the folder's `settings.json` says. */
export type RedisStateOptions = Partial<StateSettings> & {
  redis: RedisOptions;
  /** Where this process keeps its own audit, and its keys. */
  folder: string;
  /** In the place of the server's clock, for tests. */
  clock?: () => number;
};

/**
 * Opens a state whose limits, grants and approvals lie in Redis. The audit does not: each process writes its own chain
 * into its own folder. First the charge, then the record, then the call: a crash in between costs a call, and lets none
 * more pass.
 */
export async function openRedisState(options: RedisStateOptions): Promise<RedisState> {
  const { folder, clock = Date.now, redis: reach, ...chosen } = options;
  const isClockGiven = options.clock !== undefined;
  const files = stateFiles(folder);
  const settings = { ...readSettings(files.settings), ...chosen };
  const redis = await connectRedis(reach);
  const opened = await (async () => {
    try {
      const epoch = await openEpoch(redis, folder);
      const hasher = () => openArgumentHasher(files.keys);
      return { epoch, ...openAudit(folder, settings, hasher, clock) };
    } catch (error) {
      redis.close();
      throw error;
    }
  })();
  const { epoch, recorder, hash } = opened;
  const ledger = createRedisLedger(redis, { epoch, isClockGiven });
  const time = () => (isClockGiven ? String(clock()) : '');
  const grants = createRedisGrants(redis, time);
  const approvals = createRedisApprovals(redis, time);
  const charged = new Set<string>();
  const valve = createNoteValve();

  const append = (draft: Draft) => recorder.commit((_, write) => write(draft));
  const groups = createGroupCommit<Draft, void>((drafts) =>
    recorder.commitCalls((_, write) => drafts.map(write)),
  );
  const appendAlone = (draft: Draft) => recorder.alone(() => ({ draft, result: true })) === true;
  // What was charged lies in Redis, so there is next to nothing to load; once that is done the next need no lock.
  const appendAfterLoading =
    (draft: Draft) =>
    ({ ledger }: Tables, write: (draft: Draft) => void) => {
      ledger.counters();
      write(draft);
    };
  const written = async (entry: CallEntry, recorded: Recorded): Promise<Recorded> => {
    const { callId, at, argumentsText } = entry;
    const { effect, counters } = recorded.decision;
    const draft: Draft = {
      record: decisionRecord(entry, recorded, hash(argumentsText), settings.fields),
      at,
      opens: isSentOn({ effect, observed: entry.isObserved }) ? callId : undefined,
    };
    try {
      if (settings.durability === 'power') await groups.add(draft);
      else if (!appendAlone(draft)) recorder.commitCalls(appendAfterLoading(draft));
    } catch (error) {
      // No record, no call: so it certainly never leaves.
      ledger.undoLater(callId);
      throw error;
    }
    if (counters.some((counter) => counter.charged > 0)) charged.add(callId);
    return recorded;
  };

  return {
    record: (entry, judge) =>
      judgeWithLedger(ledger, entry, judge).then((recorded) => written(entry, recorded)),
    outcome(callId, outcome) {
      if (!recorder.isOpen(callId)) return;
      charged.delete(callId);
      const at = clock();
      recorder.later({ record: outcomeRecord(callId, at, outcome), at, ends: callId });
    },
    undo(callId) {
      if (charged.delete(callId)) ledger.undoLater(callId);
    },
    approvalStatus: approvals.statusOf,
    note(note) {
      const passed = valve(note);
      if (passed !== undefined) recorder.later({ record: noteRecord(passed), at: note.at });
    },
    hasGrants: () => grants.hasAny(),
    findGrant: (token) => grants.find(token),
    ...operatorsPart(grants, approvals, append, recorder, clock),
    async close() {
      groups.flush();
      await ledger.settle();
      recorder.close();
      redis.close();
    },
  };
}

function openAudit(
  folder: string,
  settings: StateSettings,
  openHasher: () => ArgumentHasher,
  clock: () => number,
): { recorder: Recorder; hash: (text: string) => string } {
  let hasher: ArgumentHasher | undefined;
  const argumentHasher = () => {
    hasher ??= openHasher();
    return hasher;
  };
  const { durability } = settings;
  const opening = () => ({ pid: process.pid, durability, argumentKey: argumentHasher().keyId });
  const recorder = openRecorder(folder, settings, opening, clock);
  return { recorder, hash: (text) => argumentHasher().hash(text) };
}

/** What operators do; each act is a record of its own. */
function operatorsPart(
  grants: RedisGrants,
  approvals: RedisApprovals,
  append: (draft: Draft) => void,
  recorder: Recorder,
  clock: () => number,
): Pick<RedisState, 'grants' | 'approvals'> {
  const act = async <Result>(
    work: (at: number) => Promise<Result>,
    record: (result: Result) => object | undefined,
  ) => {
    // Nothing is done where it could not be recorded.
    recorder.commit(() => undefined);
    const at = clock();
    const result = await work(at);
    const more = record(result);
    if (more !== undefined) append({ record: { at, ...more }, at });
    return result;
  };
  return {
    grants: {
      list: grants.list,
      create: (grant) =>
        act(
          (at) => grants.create(grant, at),
          ({ id }) => ({ kind: 'grant-created', grant: id, ...grant }),
        ),
      rotate: (id) =>
        act(
          () => grants.rotate(id),
          (token) => (token === undefined ? undefined : { kind: 'grant-rotated', grant: id }),
        ),
      revoke: (id) =>
        act(
          () => grants.revoke(id),
          (isDone) => (isDone ? { kind: 'grant-revoked', grant: id } : undefined),
        ),
      forget: () =>
        act(
          () => grants.forget(),
          (count) => (count === 0 ? undefined : { kind: 'grants-forgotten', count }),
        ),
    },
    approvals: {
      list: approvals.list,
      statusOf: approvals.statusOf,
      answer: (id, status, by) =>
        act(
          () => approvals.answer(id, status, by),
          (isDone) =>
            isDone ? { kind: 'approval-answered', approval: id, status, by } : undefined,
        ),
    },
  };
}
