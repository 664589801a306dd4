export { openSqliteState } from './state/sqlite-state.ts';
export { stateFolder } from './state/state-folder.ts';
export { runWrap } from './wrap/wrap.ts';
