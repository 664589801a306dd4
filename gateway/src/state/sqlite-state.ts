import { type ArchivedPart, archiveRecords } from '../audit/archive-records.ts';
import { type ArgumentHasher, openArgumentHasher } from '../audit/argument-hash.ts';
import {
  decisionRecord,
  givenBackRecord,
  noteRecord,
  outcomeRecord,
} from '../audit/audit-record.ts';
import { readSettings, type StateSettings } from '../audit/audit-settings.ts';
import type { Draft } from '../audit/chain-writer.ts';
import { openRecorder, type Recorder } from '../audit/recorder.ts';
import { isSentOn } from '../audit/recover-chains.ts';
import { rotateKeys } from '../audit/state-keys.ts';
import { GatewayError } from '../gateway-error.ts';
import type { ApprovalRow } from './approval-table.ts';
import type { GrantRow } from './grant-table.ts';
import { createGroupCommit } from './group-commit.ts';
import { type ApprovalDesk, judgeOnce } from './judge-once.ts';
import { createNoteValve } from './note-valve.ts';
import { stateFiles } from './open-database.ts';
import type { CallEntry, Grant, Judge, Recorded, State } from './state.ts';
import type { Tables } from './store.ts';
import type { ChargedCall } from './window-counters.ts';

/** The lasting state, with what operators do to it. */
export type SqliteState = Omit<State, 'hasGrants' | 'findGrant'> & {
  hasGrants(): boolean;
  findGrant(token: string, at: number): Grant | undefined;
  grants: {
    list(): GrantRow[];
    create(grant: Omit<Grant, 'id'>): { id: string; token: string };
    /** The new token; `undefined` where there is no such grant, or it is revoked. */
    rotate(id: string): string | undefined;
    revoke(id: string): boolean;
    forget(): number;
  };
  approvals: {
    list(): ApprovalRow[];
    /** True for the one answer that counts: the first, in time. */
    answer(id: string, status: 'approved' | 'denied', by: string): boolean;
  };
  /** Moves records from before a time into a new file. */
  archive(before: number, path: string): ArchivedPart[];
  /** Puts new keys in the place of the old, and says what they are called. */
  rotateKeys(): { argumentKey: string; checkpointKey: string };
};

/** How to open a state; what is left out is as the folder's `settings.json` says. */
export type SqliteStateOptions = Partial<StateSettings> & {
  folder: string;
  clock?: () => number;
};

type Judged = { recorded: Recorded; charge: ChargedCall | undefined };
type Append = (draft: Draft) => void;

/** Opens the state of a folder, which several processes may share; made at first use. */
export function openSqliteState(options: SqliteStateOptions): SqliteState {
  const { folder, clock = Date.now, ...chosen } = options;
  const files = stateFiles(folder);
  const settings = { ...readSettings(files.settings), ...chosen };
  let hasher: ArgumentHasher | undefined;
  const argumentHasher = () => {
    hasher ??= openArgumentHasher(files.keys);
    return hasher;
  };
  const { durability, fields } = settings;
  const opening = () => ({ pid: process.pid, durability, argumentKey: argumentHasher().keyId });
  const recorder = openRecorder(folder, settings, opening, clock);
  const valve = createNoteValve();

  const draftOf = (
    tables: Tables,
    entry: CallEntry,
    judge: Judge,
    openDesk: (at: number) => ApprovalDesk,
  ): { draft: Draft; result: Recorded } => {
    const { recorded, charge } = judged(tables, entry, judge, openDesk);
    const text = argumentHasher().hash(entry.argumentsText);
    const record = decisionRecord(entry, recorded, text, fields);
    const isOpen = isSentOn({ effect: recorded.decision.effect, observed: entry.isObserved });
    const opens = isOpen ? entry.callId : undefined;
    return { draft: { record, at: entry.at, charge, opens }, result: recorded };
  };
  const recordOne = (tables: Tables, append: Append, entry: CallEntry, judge: Judge): Recorded => {
    const { draft, result } = draftOf(tables, entry, judge, tables.approvals.deskAt);
    append(draft);
    return result;
  };
  // Most calls are one record and nothing else; whatever is more takes the lock first.
  const recordAlone = (entry: CallEntry, judge: Judge): Recorded | undefined =>
    recorder.alone((tables) => {
      try {
        return draftOf(tables, entry, judge, askForLock);
      } catch (error) {
        if (error !== NEEDS_LOCK) throw error;
        return undefined;
      }
    });
  const groups = createGroupCommit<{ entry: CallEntry; judge: Judge }, Recorded>((items) =>
    recorder.commitCalls((tables, append) =>
      items.map(({ entry, judge }) => {
        try {
          return recorder.attempt(() => recordOne(tables, append, entry, judge));
        } catch (error) {
          return error as Error;
        }
      }),
    ),
  );

  return {
    ...operatorsPart(recorder, clock, files.keys),
    record: (entry, judge) =>
      durability === 'power'
        ? groups.add({ entry, judge })
        : (recordAlone(entry, judge) ??
          recorder.commitCalls((tables, append) => recordOne(tables, append, entry, judge))),
    outcome(callId, outcome) {
      if (!recorder.isOpen(callId)) return;
      const at = clock();
      recorder.later({ record: outcomeRecord(callId, at, outcome), at, ends: callId });
    },
    undo(callId) {
      recorder.commit(({ ledger }, append) => {
        const counters = ledger.counters();
        if (!counters.isCharged(callId)) return;
        const at = clock();
        const charge = { at: counters.latest, givesBack: callId };
        append({ record: givenBackRecord(callId, at), at, charge });
      });
    },
    approvalStatus: (id) => recorder.store.read(({ approvals }) => approvals.statusOf(id, clock())),
    note(note) {
      const passed = valve(note);
      if (passed !== undefined) recorder.later({ record: noteRecord(passed), at: note.at });
    },
    hasGrants: () => recorder.store.read(({ grants }) => grants.hasAny()),
    findGrant: (token, at) => recorder.store.read(({ grants }) => grants.find(token, at)),
    close() {
      groups.flush();
      recorder.close();
    },
  };
}

const NEEDS_LOCK = new Error('approvals are only looked at in a transaction');

function askForLock(): never {
  throw NEEDS_LOCK;
}

/** Judges, and says what the call is charged. */
function judged(
  { ledger, grants }: Tables,
  entry: CallEntry,
  judge: Judge,
  openDesk: (at: number) => ApprovalDesk,
): Judged {
  if (entry.grant !== 'local' && grants.isOver(entry.grant, entry.at, entry.tokenHash)) {
    throw new GatewayError('grant-unknown', `grant ${entry.grant}: revoked or expired`);
  }
  const counters = ledger.counters();
  if (counters.hasCall(entry.callId)) {
    const message = 'this call is recorded already; it is not charged twice';
    throw new GatewayError('state-unavailable', message);
  }
  const at = Math.max(entry.at, counters.latest);
  const recorded = judgeOnce(entry, judge, { at, counters }, () => openDesk(at));
  // Nothing else writes between judging and charging, so what was judged to fit fits.
  const charges = recorded.decision.counters.filter(({ charged }) => charged > 0);
  const isDue = recorded.decision.effect === 'allow' || entry.isObserved;
  if (charges.length === 0 || !isDue) return { recorded, charge: undefined };
  return { recorded, charge: { at: Math.trunc(at), call: entry.callId, charges } };
}

/** What operators do; each act is a record of its own. */
function operatorsPart(
  recorder: Recorder,
  clock: () => number,
  keys: string,
): Pick<SqliteState, 'grants' | 'approvals' | 'archive' | 'rotateKeys'> {
  const { store } = recorder;
  const act = <Result>(
    work: (tables: Tables, at: number) => Result,
    record: (result: Result) => object | undefined,
  ) =>
    recorder.commit((tables, append) => {
      const at = clock();
      const result = work(tables, at);
      const more = record(result);
      if (more !== undefined) append({ record: { at, ...more }, at });
      return result;
    });
  return {
    grants: {
      list: () => store.read(({ grants }) => grants.list()),
      create: (grant) =>
        act(
          ({ grants }, at) => grants.create(grant, at),
          ({ id }) => ({ kind: 'grant-created', grant: id, ...grant }),
        ),
      rotate: (id) =>
        act(
          ({ grants }) => grants.rotate(id),
          (token) => (token === undefined ? undefined : { kind: 'grant-rotated', grant: id }),
        ),
      revoke: (id) =>
        act(
          ({ grants }, at) => grants.revoke(id, at),
          (isDone) => (isDone ? { kind: 'grant-revoked', grant: id } : undefined),
        ),
      forget: () =>
        act(
          ({ grants }, at) => grants.forget(at),
          (count) => (count === 0 ? undefined : { kind: 'grants-forgotten', count }),
        ),
    },
    approvals: {
      list: () => store.read(({ approvals }) => approvals.list(clock())),
      answer: (id, status, by) =>
        act(
          ({ approvals }, at) => approvals.answer(id, status, by, at),
          (isDone) =>
            isDone ? { kind: 'approval-answered', approval: id, status, by } : undefined,
        ),
    },
    archive(before, path) {
      const parts = archiveRecords(store, before, path);
      for (const { chain, from, to } of parts) {
        act(
          () => undefined,
          () => ({ kind: 'archived', archived: chain, from, to }),
        );
      }
      return parts;
    },
    rotateKeys() {
      const names = rotateKeys(keys);
      act(
        () => undefined,
        () => ({ kind: 'keys-rotated', ...names }),
      );
      return names;
    },
  };
}
