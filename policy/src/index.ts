export { type ApprovalTerms, approvalOf } from './approval-terms.ts';
export { type CheckOptions, checkPolicyText } from './check.ts';
export { checkPatterns } from './check-patterns.ts';
export type { ToolClass } from './classes.ts';
export { type CompiledPolicy, compilePolicy } from './compile.ts';
export {
  type Charge,
  type CounterReader,
  type Counters,
  createMemoryCounters,
  type Receipt,
} from './counters.ts';
export { decide } from './decide.ts';
export type { Call, Decision, Facts } from './decision.ts';
export { diff, type ToolChange } from './diff.ts';
export { type Explanation, explain } from './explain.ts';
export { type Finding, type FindingCode, findingCodes, type Problem } from './finding.ts';
export { marksOf } from './flows.ts';
export { compileGlob } from './glob.ts';
export { hasDotSteps } from './has-dot-steps.ts';
export { isPolicyText } from './is-policy.ts';
export { policyJsonSchema } from './json-schema.ts';
export { recordedKind } from './learn/recorded-kind.ts';
export { type Learned, learn } from './learn.ts';
export { lint } from './lint.ts';
export { type Conflict, type Merged, merge } from './merge.ts';
export {
  type CanonicalPolicy,
  type CanonicalRule,
  canonicalPolicy,
  normalisePolicy,
  policyDigest,
} from './normalise.ts';
export { parsePolicy } from './parse-policy.ts';
export { type PlannedCounter, plannedCounters } from './planned-counters.ts';
export { type Limit, type Policy, policySchema, type Rule } from './policy.ts';
export { PolicyError } from './policy-error.ts';
export { type Argument, argumentsOf } from './recommend/arguments.ts';
export { benignArguments } from './recommend/benign.ts';
export { type Profile, profiles } from './recommend/caps.ts';
export { withFlows } from './recommend/flows.ts';
export { type HeldAs, heldArguments } from './recommend/held-arguments.ts';
export {
  type Recommendation,
  recommend,
  recommendServer,
  type ToolRule,
  toolRule,
} from './recommend.ts';
export {
  type PolicyTest,
  type PolicyTestFile,
  policyTestFileSchema,
  type RecordedDecision,
  recordedCallSchema,
  recordedDecisionSchema,
} from './recorded-call.ts';
export { type ResponseRule, responseOf } from './response.ts';
export { ruleWords } from './rule-words.ts';
export { createRunner, type RecordedCall } from './run-calls.ts';
export { runPolicyTests, type TestFailure, type TestResult } from './run-policy-tests.ts';
export { type SimulatedChange, type Simulation, simulate } from './simulate.ts';
