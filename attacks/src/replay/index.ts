export { loadScenarios } from '../scenarios/index.ts';
export { type Replay, runScenarios } from './run-scenarios.ts';
export type { Scenario } from './scenario.ts';
export { stdioScenarios } from './stdio-runs.ts';
