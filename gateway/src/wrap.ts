export { pagesProblem } from './elicitation/approval-question.ts';
export { openSqliteState } from './state/sqlite-state.ts';
export { stateFolder, stateOption } from './state/state-folder.ts';
export { runWrap } from './wrap/wrap.ts';
