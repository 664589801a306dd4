export {
  type ClassifierInput,
  classify,
  classifyServer,
  RULESET_VERSION,
  type RulesJudgement,
} from './classify.ts';
export { classifyLines, LineError } from './classify-lines.ts';
export { classifyStore, type StoreRun } from './classify-store.ts';
export { isVerbatim, verifyEvidence } from './evidence.ts';
export type { Signal } from './signal.ts';
export { signals } from './signals/index.ts';
