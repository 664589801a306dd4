export { type ApprovalTerms, approvalOf } from './approval-terms.ts';
// What a gateway or a page that only decides needs, without lints, recommendations and the words of findings: a smaller
// bundle and a quicker start than index.ts. Every name here is also there.

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
export { type Explanation, explain } from './explain.ts';
export { marksOf } from './flows.ts';
export { parsePolicy } from './parse-policy.ts';
export { type PlannedCounter, plannedCounters } from './planned-counters.ts';
export { PolicyError } from './policy-error.ts';
export { type ResponseRule, responseOf } from './response.ts';
