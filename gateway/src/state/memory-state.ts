import { type Counters, createMemoryCounters, type Receipt } from '@toolwarden/policy';
import { GatewayError } from '../gateway-error.ts';
import { APPROVAL_MS } from './approval-time.ts';
import { judgeOnce } from './judge-once.ts';
import type { Approval, CallEntry, Grant, Note, Outcome, Recorded, State } from './state.ts';
import { tokenHash } from './token-hash.ts';

/** What a state in memory shows to tests. */
export type MemoryState = State & {
  readonly decisions: readonly { entry: CallEntry; recorded: Recorded }[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly notes: readonly Note[];
  readonly approvals: ReadonlyMap<string, Approval>;
  /** Gives a person's answer. */
  answer(approvalId: string, status: 'approved' | 'denied', at?: number): void;
  /** From now on everything throws this; `undefined` heals. */
  fail(error: Error | undefined): void;
};

/** A state that is gone with the process: for tests, and the law of what the lasting ones do. */
export function createMemoryState(options: { grants?: Map<string, Grant> } = {}): MemoryState {
  const counters: Counters = createMemoryCounters();
  const decisions: { entry: CallEntry; recorded: Recorded }[] = [];
  const outcomes = new Map<string, Outcome>();
  const notes: Note[] = [];
  const approvals = new Map<string, Approval>();
  const receipts = new Map<string, Receipt>();
  let failure: Error | undefined;
  const check = () => {
    if (failure) throw failure;
  };
  const holds = ({ grant, at }: CallEntry, shown: string) =>
    [...(options.grants ?? [])].some(
      ([token, { id, expiresAt = at + 1 }]) =>
        id === grant && expiresAt > at && tokenHash(token) === shown,
    );
  const deskAt = (at: number) => ({
    findApproved: (binding: string) =>
      [...approvals.values()].find(
        (each) => each.binding === binding && each.status === 'approved' && each.expiresAt > at,
      )?.id,
    use(id: string) {
      const approval = approvals.get(id);
      if (approval === undefined) return;
      approval.status = 'used';
      delete approval.replies;
    },
    ask(binding: string, entry: CallEntry, { reason }: { reason: string }) {
      const open = [...approvals.values()].find(
        (each) => each.binding === binding && each.status === 'pending' && each.expiresAt > at,
      );
      if (open) return open.id;
      const id = `a${approvals.size + 1}`;
      const { grant, server, tool, method } = entry;
      approvals.set(id, {
        ...{ id, binding, status: 'pending', grant, server, tool, method, reason },
        ...{
          arguments: entry.arguments,
          ...(entry.replies && { replies: entry.replies }),
          createdAt: at,
          expiresAt: at + (entry.approvalMs ?? APPROVAL_MS),
        },
      });
      return id;
    },
  });
  return {
    decisions,
    outcomes,
    notes,
    approvals,
    record(entry, judge) {
      check();
      if (entry.tokenHash !== undefined && !holds(entry, entry.tokenHash)) {
        throw new GatewayError('grant-unknown', `grant ${entry.grant}: revoked or expired`);
      }
      const facts = { at: entry.at, counters };
      const recorded = judgeOnce(entry, judge, facts, () => deskAt(entry.at));
      const { decision } = recorded;
      const due = decision.counters.filter(({ charged }) => charged > 0);
      if ((decision.effect === 'allow' || entry.isObserved) && due.length > 0) {
        const receipt = counters.charge(due, entry.at);
        // Nothing runs between judging and charging, so what was judged to fit fits.
        if (receipt === undefined) throw new Error('a charge that was judged to fit did not');
        receipts.set(entry.callId, receipt);
      }
      decisions.push({ entry, recorded });
      return recorded;
    },
    outcome(callId, outcome) {
      check();
      outcomes.set(callId, outcome);
    },
    undo(callId) {
      check();
      const receipt = receipts.get(callId);
      if (receipt) counters.undo(receipt);
    },
    approvalStatus: (id) => approvals.get(id)?.status,
    note(note) {
      check();
      notes.push(note);
    },
    hasGrants: () => (options.grants?.size ?? 0) > 0,
    findGrant(token, at) {
      const grant = options.grants?.get(token);
      return grant && (grant.expiresAt ?? at + 1) > at ? grant : undefined;
    },
    close() {},
    answer(id, status, at) {
      const approval = approvals.get(id);
      if (approval?.status !== 'pending') return;
      const { createdAt, expiresAt } = approval;
      Object.assign(approval, { status, expiresAt: (at ?? createdAt) + expiresAt - createdAt });
    },
    fail(error) {
      failure = error;
    },
  };
}
