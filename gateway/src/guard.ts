import type { JsonObject } from '@toolwarden/catalogue';
import {
  type ApprovalTerms,
  approvalOf,
  type Call,
  type Charge,
  type Decision,
  decide,
  type Facts,
  responseOf,
  type ToolClass,
} from '@toolwarden/policy';
import { lateAnswer, marksLeft, withMarks } from './flows/leave-marks.ts';
import { isAlwaysRefused, isUnavailable, judgeBy, objected } from './judged.ts';
import type { ListedKind } from './pins/pin-digest.ts';
import { type Objection, pinnedEntry, pinnedInstructions, pinnedTool } from './pins/pinning.ts';
import type { Pins } from './pins/pins.ts';
import { doubtfulAddress } from './policy/doubtful-address.ts';
import type { LoadedPolicy, RuledKind } from './policy/load-policy.ts';
import type { Shadow, ShadowedCall } from './policy/shadow.ts';
import { unavailable } from './refusal.ts';
import type { PreparedResponse } from './responses/response-rules.ts';
import type { CallEntry, Eventually, Recorded, State } from './state/state.ts';
import type { LiveTool } from './tools/tool-table.ts';

/** Who calls, and where to; fixed for the life of a connection. With `tokenHash` each call is recorded only while that is the grant's. */
type Caller = { server: string; grant: string; session?: string; tokenHash?: string };

/** What the guard asks of the world. */
export type GuardOptions = {
  caller: Caller;
  /** The policy in force. */
  policy: () => LoadedPolicy;
  state: State;
  /** What a tool is held to be, by the digest of its definition. */
  classOf?: (tool: LiveTool) => ToolClass | undefined;
  /** The definitions that a person has accepted; absent without a lock file. */
  pins?: Pins;
  /** Makes ids of calls; unique over all processes. */
  nextCallId: () => string;
  clock: () => number;
  isObserving: boolean;
  /** The policy that is staged beside the one in force. */
  shadow?: () => Shadow | undefined;
};

/** Something a client asks for that a policy decides. */
export type Ask = {
  kind: RuledKind;
  method: string;
  /** The tool's name, the resource's address, the prompt's name. */
  name: string;
  arguments: JsonObject;
  /** The same as it will be sent on; printed once for the record and the server. */
  argumentsText: string;
  /** What is sent on beside them in answer to a question of the server. */
  replies?: JsonObject | undefined;
  /** Absent in the stateless era. */
  session?: string | undefined;
  /** What a caller showed who was not looked up for it. */
  tokenHash?: string | undefined;
};

/** What a policy wants of the answer to something that was sent on. */
export type Aftermath = {
  response?: PreparedResponse | Promise<PreparedResponse>;
  /** Leaves the call's marks for flow rules once more, as of now: its answer brings what they warn of. */
  remark?: () => Eventually<void>;
};

/** What happens now. `pass` may be sent on: its record stands and its charges are made. */
export type Verdict =
  | { pass: true; callId: string; after?: Aftermath }
  | {
      pass: false;
      callId: string;
      decision: Decision;
      isUnavailable: boolean;
      approvalId?: string;
      /** How long the call itself should wait for a person's answer. */
      holdMs?: number;
    };

/** The one place where calls are judged. */
export type Guard = {
  /** Judges a call of a tool; `tool` is what is listed under its name now, `problem` what its arguments break. */
  judgeCall(ask: Ask, tool: LiveTool | undefined, problem: string | undefined): Eventually<Verdict>;
  /** Judges anything else that the policy has rules for; `problem` refuses it before any rule. */
  judge(ask: Ask, problem?: string): Eventually<Verdict>;
  /** Whether a tool is listed at all: not if it is hidden, or refused whatever its arguments are. */
  isListed(tool: LiveTool): boolean;
  /** The same for what other lists name. */
  isListedEntry(kind: ListedKind, name: string, definition: JsonObject): boolean;
  /** What stands against what is asked for, by the definition that is listed of it. */
  entryProblem(kind: ListedKind, name: string, definition: JsonObject): string | undefined;
  /** To be told of each complete list of tools: what was accepted may be gone. */
  sawTools(names: readonly string[]): void;
  /** Whether the client may see what the server says about itself. */
  mayInstruct(text: string): boolean;
  /** Of the policy in force. */
  readonly policyDigest: string;
  /** Whether a list may have changed unsaid, so that it is read again before it is relied on. */
  readonly needsFreshLists: boolean;
};

/** Makes the guard of one connection. */
export function createGuard(options: GuardOptions): Guard {
  const { caller, state, clock, isObserving, pins } = options;
  const classOf = options.classOf ?? (() => undefined);

  const record = (
    ask: Ask,
    policy: LoadedPolicy,
    tool: LiveTool | undefined,
    problem?: Objection,
    ownProblem: (policy: LoadedPolicy) => Objection | undefined = () => problem,
  ) => {
    const known = tool && factsOf(tool);
    const call = callOf(ask);
    const terms = termsOf(policy, ask.kind, call, known);
    const entry = entryOf(ask, tool, terms);
    const marks = marksLeft(policy, ask.kind, call, known ?? {});
    const beside = options.shadow?.()?.judge({
      ...{ ask, call, known: known ?? {}, callId: entry.callId, at: entry.at },
      ...{ isObserved: isObserving, isMissing: tool === undefined, objection: ownProblem },
    });
    const recorded = state.record(entry, (facts) => {
      const judged = () => judgeBy(policy, ask.kind, call, known ? { ...facts, ...known } : facts);
      const decision =
        problem === undefined ? judged() : objected(policy, problem, tool === undefined, judged);
      const marked = marks.length === 0 ? decision : withMarks(decision, marks, facts, isObserving);
      return beside === undefined ? marked : { ...marked, shadow: beside.says(facts.isApproved) };
    });
    const conclude = (done: Recorded) => {
      beside?.settled(done);
      return verdict(entry, done, terms, () =>
        aftermath(policy, { kind: ask.kind, entry }, call, known ?? {}, { marks, beside }),
      );
    };
    return recorded instanceof Promise ? recorded.then(conclude) : conclude(recorded);
  };
  const verdict = (
    { callId }: CallEntry,
    { decision, approvalId }: Recorded,
    terms: ApprovalTerms | undefined,
    after: () => Aftermath | undefined,
  ): Verdict => {
    if (decision.effect === 'allow' || isObserving) {
      const needed = after();
      return needed === undefined ? { pass: true, callId } : { pass: true, callId, after: needed };
    }
    return {
      ...{ pass: false, callId, decision, isUnavailable: isUnavailable(decision) },
      ...(approvalId !== undefined && { approvalId, ...holdOf(terms) }),
    };
  };
  const aftermath = (
    policy: LoadedPolicy,
    { kind, entry }: { kind: RuledKind; entry: CallEntry },
    call: Call,
    known: Pick<Facts, 'classification' | 'definition'>,
    { marks, beside }: { marks: readonly Charge[]; beside: ShadowedCall | undefined },
  ): Aftermath | undefined => {
    const { responses } = policy;
    const isMarked = marks.length > 0 || beside?.isMarked === true;
    if (responses === undefined && !isMarked) return undefined;
    const compiled = policy.by[kind];
    const rule = responses && compiled && responseOf(compiled, call, known);
    if (rule === undefined && !isMarked) return undefined;
    return {
      ...(responses && rule && { response: responses.prepare(rule) }),
      ...(isMarked && { remark: () => remark(policy, entry, marks, beside) }),
    };
  };
  /** A record of its own: what is charged stands in decisions, and the one about the call is written. */
  const remark = (
    policy: LoadedPolicy,
    entry: CallEntry,
    marks: readonly Charge[],
    beside: ShadowedCall | undefined,
  ): Eventually<void> => {
    const callId = options.nextCallId();
    if (beside?.isMarked) beside.remark(callId, clock());
    if (marks.length === 0) return undefined;
    // Whose call it was is settled, whatever became of their token since.
    const { tokenHash: _, ...made } = entry;
    const late: CallEntry = {
      ...{ ...made, callId, method: LATE, at: clock() },
      ...{ arguments: {}, argumentsText: '{}', isObserved: false },
    };
    const recorded = state.record(late, (facts) =>
      withMarks(lateAnswer(policy), marks, facts, false),
    );
    const end = () => state.outcome(callId, { kind: 'answered', bytes: 0 });
    return recorded instanceof Promise ? recorded.then(end) : end();
  };
  const callOf = ({ kind, name, session, arguments: args }: Ask) => {
    const server = serverOf(kind);
    const call = { server, tool: name, grant: caller.grant, arguments: args };
    return session === undefined ? call : { ...call, session };
  };
  const entryOf = (
    ask: Ask,
    tool: LiveTool | undefined,
    terms: ApprovalTerms | undefined,
  ): CallEntry => {
    // In one piece, and the rest only where there is any: this is made for each call.
    const entry: CallEntry = {
      callId: options.nextCallId(),
      method: ask.method,
      server: caller.server,
      tool: ask.name,
      grant: caller.grant,
      at: clock(),
      arguments: ask.arguments,
      argumentsText: ask.argumentsText,
      isObserved: isObserving,
    };
    if (ask.session !== undefined) entry.session = ask.session;
    if (ask.replies !== undefined) entry.replies = ask.replies;
    const shown = ask.tokenHash ?? caller.tokenHash;
    if (shown !== undefined) entry.tokenHash = shown;
    if (tool !== undefined) entry.definitionDigest = tool.digest;
    if (terms?.timeoutMs !== undefined) entry.approvalMs = terms.timeoutMs;
    return entry;
  };
  const serverOf = (kind: RuledKind) => countedAs(caller.server, kind);
  const factsOf = (tool: LiveTool) => {
    const classification = classOf(tool);
    return { definition: tool.definition, ...(classification && { classification }) };
  };

  return {
    judgeCall(ask, tool, problem) {
      const policy = options.policy();
      if (tool === undefined) return record(ask, policy, tool, MISSING);
      const broken = problem ? { rules: [], reason: `arguments: ${problem}` } : undefined;
      const objection = (by: LoadedPolicy) => pinnedTool(by, pins, tool, by !== policy) ?? broken;
      return record(ask, policy, tool, objection(policy), objection);
    },
    judge(ask, problem) {
      const policy = options.policy();
      const broken = problem ? { rules: [], reason: problem } : undefined;
      const objection = (by: LoadedPolicy) => broken ?? doubtfulAddress(by, ask);
      return record(ask, policy, undefined, objection(policy), objection);
    },
    isListed(tool) {
      const policy = options.policy();
      const objection = pinnedTool(policy, pins, tool);
      if (isObserving) return true;
      if (objection !== undefined) return false;
      const facts = { at: clock(), counters: NOTHING_USED, ...factsOf(tool) };
      const call = { server: caller.server, tool: tool.name, grant: caller.grant, arguments: {} };
      return !isAlwaysRefused(decide(policy.by.tools, call, facts), policy.document);
    },
    isListedEntry(kind, name, definition) {
      const policy = options.policy();
      const objection = pinnedEntry(policy, pins, { kind, name, definition });
      if (isObserving) return true;
      if (objection !== undefined) return false;
      const ruled = kind === 'prompts' ? 'prompts' : 'resources';
      const compiled = policy.by[ruled];
      // A template names no address; what is made of it is judged when it is read, if anything may be read.
      if (kind === 'resourceTemplates' || compiled === undefined) return mayReadAny(policy);
      if (doubtfulAddress(policy, { kind: ruled, name }) !== undefined) return false;
      const call = { server: serverOf(ruled), tool: name, grant: caller.grant, arguments: {} };
      const decision = decide(compiled, call, { at: clock(), counters: NOTHING_USED });
      return !isAlwaysRefused(decision, { ...policy.document, tools: policy.document[ruled] });
    },
    entryProblem(kind, name, definition) {
      return pinnedEntry(options.policy(), pins, { kind, name, definition })?.reason;
    },
    sawTools(names) {
      if ((options.policy().document.pinning ?? 'off') !== 'off') pins?.sawTools(names);
    },
    mayInstruct: (text) =>
      pinnedInstructions(options.policy(), pins, text) === undefined || isObserving,
    get policyDigest() {
      return options.policy().digest;
    },
    get needsFreshLists() {
      return options.policy().document.pinning === 'enforce';
    },
  };
}

const mayReadAny = ({ document: { default: fallback, resources = {} } }: LoadedPolicy) =>
  fallback === 'allow' || Object.keys(resources).length > 0;
const NOTHING_USED = { used: () => 0 };
const MISSING: Objection = { rules: [], reason: unavailable.reason };
/** What the audit calls the record of marks that an answer left when it came late. */
const LATE = 'toolwarden/late-answer';

// Other kinds have rules of the same form at places of the same shape, and must not share counters with tools.
function countedAs(server: string, kind: RuledKind): string {
  return kind === 'tools' ? server : `${server} ${kind}`;
}

/** What the rules say of how a person is asked; most policies say nothing, and then nothing is looked up. */
function termsOf(
  { by, hasTerms }: LoadedPolicy,
  kind: RuledKind,
  call: Call,
  known: Pick<Facts, 'classification' | 'definition'> = {},
): ApprovalTerms | undefined {
  const compiled = hasTerms ? by[kind] : undefined;
  return compiled && approvalOf(compiled, call, known);
}

const holdOf = (terms: ApprovalTerms | undefined) =>
  terms?.holdMs === undefined ? undefined : { holdMs: terms.holdMs };
