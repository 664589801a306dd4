import { isJsonObject, type JsonObject } from '@toolwarden/catalogue';
import { type Decision, decide, type Facts, type ToolClass } from '@toolwarden/policy';
import type { LoadedPolicy, RuledKind } from './policy/load-policy.ts';
import { unavailable } from './refusal.ts';
import type { CallEntry, Eventually, Recorded, State } from './state/state.ts';
import type { LiveTool } from './tools/tool-table.ts';

/** Who calls, and where to; fixed for the life of a connection. */
type Caller = { server: string; grant: string; session?: string };

/** What the guard asks of the world. */
export type GuardOptions = {
  caller: Caller;
  /** The policy in force. */
  policy: () => LoadedPolicy;
  state: State;
  /** What a tool is held to be, by the digest of its definition. */
  classOf?: (tool: LiveTool) => ToolClass | undefined;
  /** Makes ids of calls; unique over all processes. */
  nextCallId: () => string;
  clock: () => number;
  isObserving: boolean;
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
  /** Absent in the stateless era. */
  session?: string;
};

/** What happens now. `pass` may be sent on: its record stands and its charges are made. */
export type Verdict =
  | { pass: true; callId: string }
  | {
      pass: false;
      callId: string;
      decision: Decision;
      isUnavailable: boolean;
      approvalId?: string;
    };

/** The one place where calls are judged. */
export type Guard = {
  /** Judges a call of a tool; `tool` is what is listed under its name now, `problem` what its arguments break. */
  judgeCall(ask: Ask, tool: LiveTool | undefined, problem: string | undefined): Eventually<Verdict>;
  /** Judges anything else that the policy has rules for. */
  judge(ask: Ask): Eventually<Verdict>;
  /** Whether a tool is listed at all: not if it is hidden, or refused whatever its arguments are. */
  isListed(tool: LiveTool): boolean;
};

/** Makes the guard of one connection. */
export function createGuard(options: GuardOptions): Guard {
  const { caller, state, clock, isObserving } = options;
  const classOf = options.classOf ?? (() => undefined);

  const record = (ask: Ask, policy: LoadedPolicy, tool: LiveTool | undefined, problem?: string) => {
    const entry = entryOf(ask, tool);
    const known = tool && factsOf(tool);
    const call = { server: serverOf(ask.kind), tool: ask.name, ...identity(ask) };
    const recorded = state.record(entry, ({ at, counters, isApproved }) => {
      const judged = () => judgeBy(policy, ask, call, { at, counters, isApproved, ...known });
      if (problem === undefined) return judged();
      const refused = refusedBefore(policy, problem);
      if (tool === undefined) return refused;
      // What is wrong with the arguments would tell that a hidden tool exists.
      const decision = judged();
      return isUnavailable(decision) ? decision : refused;
    });
    return recorded instanceof Promise
      ? recorded.then((done) => verdict(entry, done))
      : verdict(entry, recorded);
  };
  const verdict = ({ callId }: CallEntry, { decision, approvalId }: Recorded): Verdict => {
    if (decision.effect === 'allow' || isObserving) return { pass: true, callId };
    return {
      ...{ pass: false, callId, decision, isUnavailable: isUnavailable(decision) },
      ...(approvalId !== undefined && { approvalId }),
    };
  };
  const identity = ({ session }: Ask) => ({
    grant: caller.grant,
    ...(session !== undefined && { session }),
  });
  const entryOf = (ask: Ask, tool: LiveTool | undefined): CallEntry => ({
    ...{ callId: options.nextCallId(), method: ask.method, server: caller.server, tool: ask.name },
    ...identity(ask),
    ...{ at: clock(), arguments: ask.arguments, argumentsText: ask.argumentsText },
    ...(tool && { definitionDigest: tool.digest }),
    isObserved: isObserving,
  });
  // Other kinds have rules of the same form at places of the same shape, and must not share counters with tools.
  const serverOf = (kind: RuledKind) =>
    kind === 'tools' ? caller.server : `${caller.server} ${kind}`;
  const factsOf = (tool: LiveTool) => {
    const classification = classOf(tool);
    return { definition: tool.definition, ...(classification && { classification }) };
  };

  return {
    judgeCall(ask, tool, problem) {
      const why = tool === undefined ? unavailable.reason : problem && `arguments: ${problem}`;
      return record(ask, options.policy(), tool, why);
    },
    judge: (ask) => record(ask, options.policy(), undefined),
    isListed(tool) {
      if (isObserving) return true;
      const policy = options.policy();
      const facts = { at: clock(), counters: NOTHING_USED, ...factsOf(tool) };
      const call = { server: caller.server, tool: tool.name, grant: caller.grant, arguments: {} };
      return !isAlwaysRefused(decide(policy.by.tools, call, facts), policy.document);
    },
  };
}

const NOTHING_USED = { used: () => 0 };

function judgeBy(
  policy: LoadedPolicy,
  { kind, arguments: args }: Ask,
  call: { server: string; tool: string; grant: string; session?: string },
  facts: Facts,
): Decision {
  const compiled = policy.by[kind];
  // Servers' requests that the policy says nothing about go to the client, which asks its user.
  if (compiled === undefined) return passing(policy);
  const decision = decide(compiled, { ...call, arguments: args }, facts);
  if (kind === 'tools') return decision;
  // The rules were compiled under another name; the record leads into the document as it is written.
  const prefix = kind === 'sampling' || kind === 'elicitation' ? `/tools/${kind}` : '/tools';
  const rules = decision.rules.map((pointer) =>
    pointer.startsWith(prefix) ? `/${kind}${pointer.slice(prefix.length)}` : pointer,
  );
  return { ...decision, rules, policyDigest: policy.digest };
}

function passing({ digest }: LoadedPolicy): Decision {
  return {
    ...{ effect: 'allow', rules: [], reason: 'the policy has no rule for this kind of request' },
    ...{ counters: [], policyDigest: digest },
  };
}

function refusedBefore({ digest }: LoadedPolicy, reason: string): Decision {
  return { effect: 'deny', rules: [], reason, counters: [], policyDigest: digest };
}

/** Refused as something that nothing allows, or that is not there: the caller is told no difference. */
function isUnavailable({ effect, rules, reason }: Decision): boolean {
  if (effect !== 'deny') return false;
  if (rules.length === 0) return reason === unavailable.reason;
  return rules.some((rule) => rule === '/default' || rule.startsWith('/hide/'));
}

/** Whether a refusal of a call without arguments rests on a rule that asks for none. */
function isAlwaysRefused({ effect, rules }: Decision, document: unknown): boolean {
  if (effect !== 'deny') return false;
  return rules.some((rule) => {
    if (rule === '/default' || rule.startsWith('/hide/') || rule.endsWith('/action')) return true;
    const entry = /\/deny_if\/\d+$/.test(rule) ? valueAt(document, rule) : undefined;
    return (
      isJsonObject(entry) && Array.isArray(entry['conditions']) && entry['conditions'].length === 0
    );
  });
}

function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const segment of pointer.slice(1).split('/')) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { [key: string]: unknown })[key];
  }
  return value;
}
