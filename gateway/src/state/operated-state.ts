import type { ApprovalRow } from './approval-table.ts';
import type { GrantRow } from './grant-table.ts';
import type { Eventually, Grant } from './state.ts';

/** What operators do to a state, wherever it lies. */
export type OperatedState = {
  grants: {
    list(): Eventually<GrantRow[]>;
    create(grant: Omit<Grant, 'id'>): Eventually<{ id: string; token: string }>;
    /** The new token; `undefined` where there is no such grant, or it is revoked. */
    rotate(id: string): Eventually<string | undefined>;
    revoke(id: string): Eventually<boolean>;
    /** Forgets those that are revoked, and says how many; where none is left, callers need none again. */
    forget(): Eventually<number>;
  };
  approvals: {
    list(): Eventually<ApprovalRow[]>;
    /** True for the one answer that counts: the first, in time. */
    answer(id: string, status: 'approved' | 'denied', by: string): Eventually<boolean>;
  };
  close(): Eventually<void>;
};
