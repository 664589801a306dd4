export { ClassifierError } from './classifier-error.ts';
export {
  type ClassifierInput,
  classify,
  classifyServer,
  RULESET_VERSION,
  type RulesJudgement,
} from './classify.ts';
export { classifyLines, LineError } from './classify-lines.ts';
export { classifyStore, type StoreRun, toolsToAsk } from './classify-store.ts';
export { isVerbatim, verifyEvidence } from './evidence.ts';
export type { Signal } from './signal.ts';
export { signals } from './signals/index.ts';
export type { StaleCorrection } from './stale-corrections.ts';
