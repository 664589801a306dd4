import type { Digest, JsonObject, JsonPointer, ToolDefinition } from '@toolwarden/catalogue';
import type { ToolClass } from './classes.ts';
import type { Charge, CounterReader } from './counters.ts';

/** One call of a tool. */
export type Call = {
  server: string;
  tool: string;
  arguments?: JsonObject;
  /** Whose call it is; `local` where nothing says so. */
  grant?: string;
  /** Absent in the stateless era: what counts per session then counts per grant. */
  session?: string;
};

/** What a decision rests on besides policy and call. What a rule needs and is missing here makes that rule deny. */
export type Facts = {
  /** Milliseconds since 1970. */
  at: number;
  /** What was charged before, and what calls left behind for flow rules. */
  counters?: CounterReader;
  /** What the tool is; absent means unclassified. */
  classification?: ToolClass;
  /** The definition that the server lists now. */
  definition?: ToolDefinition;
  /** A person has approved this very call: what would ask lets pass, everything else is judged as ever. */
  isApproved?: boolean;
};

/** What happens to a call, and why. */
export type Decision = {
  effect: 'allow' | 'approve' | 'deny';
  /** JSON Pointers into the policy, sorted, to all that led to the effect; `/default` when nothing else did. */
  rules: readonly JsonPointer[];
  reason: string;
  /** Every counter the call meets, sorted by key; what `charged` says must be charged before the call is sent on. */
  counters: readonly Charge[];
  policyDigest: Digest;
};
