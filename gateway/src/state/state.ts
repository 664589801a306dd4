import type { Digest, JsonObject } from '@toolwarden/catalogue';
import type { CounterReader, Decision } from '@toolwarden/policy';
import type { Beside } from '../policy/shadow.ts';

/** One call as the state records it: everything that is known before it is judged. */
export type CallEntry = {
  /** Unique over all processes and restarts; recording it twice is an error, charging it twice impossible. */
  callId: string;
  /** `tools/call`, `resources/read`, … */
  method: string;
  server: string;
  /** The tool's name; for other methods what they ask for: an address, a prompt's name. */
  tool: string;
  /** Whose call it is: a grant's id, or `local`. */
  grant: string;
  /**
   * The hash of the token that the caller showed, where it was not looked up for this very call: the call is recorded
   * only while that is still its grant's token.
   */
  tokenHash?: string;
  /** Absent in the stateless era. */
  session?: string;
  /**
   * Milliseconds since 1970 by this machine's clock. The state may judge by a later time, and one that several machines
   * share by its own clock.
   */
  at: number;
  /** The definition that is called; absent where nothing of that name is listed. */
  definitionDigest?: Digest;
  arguments: JsonObject;
  /** The arguments exactly as they will be sent on; what keyed hashes are taken over. */
  argumentsText: string;
  /**
   * What is sent on beside the arguments in answer to a question of the server (`inputResponses`, `requestState`), where
   * there is any. No rule looks at it; a person sees it, and approves it with the call.
   */
  replies?: JsonObject;
  /** How long a question about it stays open; absent where the policy leaves that to us. */
  approvalMs?: number;
  /** Recorded and charged as ever, but sent on whatever the decision says; no question is put to a person. */
  isObserved: boolean;
};

/** What only the state can tell a judge. */
export type JudgeFacts = {
  /** The time to judge by: never before the latest time that was charged. */
  at: number;
  counters: CounterReader;
  /** A person has approved this very call, and nobody has used that yet. */
  isApproved: boolean;
};

/** A decision, with what a staged policy says beside it; only the record holds that. */
export type Judgement = Decision & { shadow?: Beside };

/** Decides by policy; pure, because it may be asked twice (without and with an approval). */
export type Judge = (facts: JudgeFacts) => Judgement;

/** A decision that stands in the audit, with its charges made. */
export type Recorded = {
  decision: Judgement;
  /**
   * The question that a person may answer; present where the effect is `approve`, unless the call is only observed or
   * too many questions of this grant wait already.
   */
  approvalId?: string;
};

/** What became of a call that was sent on. */
export type Outcome =
  /** The server answered; `isError` where the answer says that the tool failed. */
  | { kind: 'answered'; isError?: boolean; bytes: number }
  /** The client no longer wants to know; the call may have run. */
  | { kind: 'cancelled' }
  /** The deadline passed; the call may have run. */
  | { kind: 'timeout' }
  /** The server ended, or its answer cannot be read; the call may have run. */
  | { kind: 'unknown'; reason: string }
  /** The call certainly never left; `undo` gave its charges back. */
  | { kind: 'not-sent'; reason: string };

/** Something other than a call that the audit should hold. Texts may be the client's or the server's: not trusted. */
export type Note = {
  at: number;
  kind:
    | 'started'
    | 'stopped'
    | 'policy-loaded'
    | 'policy-rejected'
    | 'frame-refused'
    | 'method-refused'
    | 'tool-withheld'
    | 'lock-loaded'
    | 'lock-rejected'
    | 'pin-mismatch'
    | 'result-withheld'
    | 'server-fault';
  server: string;
  grant: string;
  detail: { [key: string]: string | number | boolean };
};

/** A person's leave for one exact call. */
export type Approval = {
  id: string;
  /** SHA-256 over grant, server, tool, definition digest, canonical arguments, replies and policy digest. */
  binding: string;
  status: 'pending' | 'approved' | 'denied' | 'used' | 'expired';
  grant: string;
  server: string;
  /** What is asked for, and by which method; absent where a version asked that did not say it yet. */
  tool: string;
  method?: string;
  arguments: JsonObject;
  /** What the call carries beside them in answer to a question of the server. */
  replies?: JsonObject;
  reason: string;
  createdAt: number;
  expiresAt: number;
};

/** What a token allows: who the caller is. The token itself is stored only as a hash. */
export type Grant = {
  id: string;
  label: string;
  servers: string[];
  /** The policy's file; a grant without one can do nothing. */
  policy: string;
  expiresAt?: number;
};

/** A value, or where it has to be fetched the promise of it. */
export type Eventually<Value> = Value | Promise<Value>;

/** What survives a crash. `power` makes `record` a promise that settles once the disk has the record. */
export type Durability = 'process' | 'power';

/**
 * Everything the gateway must not forget, behind one interface. A call is judged, charged and recorded in one step:
 * no record, no call. Every method throws a GatewayError `state-unavailable` where the store cannot do it, and the
 * caller refuses.
 */
export type State = {
  /**
   * In ONE transaction: reads the counters, judges, charges what `counters` of an allowed call say, uses the approval
   * it needed (or finds or makes the pending one), and appends the decision to the audit. Synchronous under
   * `durability: "process"`, a promise under `"power"` and where replicas share the counters.
   */
  record(entry: CallEntry, judge: Judge): Eventually<Recorded>;
  /** Pairs an outcome with its decision. May be written a little later; after a crash it reads as unknown. */
  outcome(callId: string, outcome: Outcome): void;
  /** Gives back what a call was charged, for a call that certainly never left; a second time does nothing. */
  undo(callId: string): void;
  /** How it stands with a question; `undefined` where there is none of that id. */
  approvalStatus(id: string): Eventually<Approval['status'] | undefined>;
  /** Appends something other than a call to the audit. May be written a little later. */
  note(note: Note): void;
  /** Whether any grant was given, be it revoked, and not been forgotten since: then a caller without one is refused. */
  hasGrants(): Eventually<boolean>;
  /** The grant of a token, unless revoked or expired; takes the same time for every wrong token. */
  findGrant(token: string, at: number): Eventually<Grant | undefined>;
  /** Writes what is still waiting; then the store may be closed. Idempotent. */
  close(): void | Promise<void>;
};
