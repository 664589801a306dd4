export { GatewayError } from './gateway-error.ts';
export { approvalBinding } from './state/approval-binding.ts';
export { type ApprovalDesk, judgeOnce } from './state/judge-once.ts';
export { createMemoryState, type MemoryState } from './state/memory-state.ts';
export {
  openSqliteState,
  type SqliteState,
  type SqliteStateOptions,
} from './state/sqlite-state.ts';
export type {
  Approval,
  CallEntry,
  Durability,
  Grant,
  Judge,
  JudgeFacts,
  Note,
  Outcome,
  Recorded,
  State,
} from './state/state.ts';
