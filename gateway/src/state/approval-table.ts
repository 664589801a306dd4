import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject } from '@toolwarden/catalogue';
import { APPROVAL_MS } from './approval-time.ts';
import type { ApprovalDesk } from './judge-once.ts';
import type { Approval } from './state.ts';

/** How long the last approved call of a tool is kept after that. */
const KEPT_MS = 7 * 24 * 60 * 60_000;
/** A client that asks for ever must not bury the one question that matters. */
const MOST_PENDING = 100;

const FORGET = `UPDATE approval SET arguments = '{}', replies = NULL`;
const KEEPS = `(arguments != '{}' OR replies IS NOT NULL)`;

/** An approval as a person sees it. */
export type ApprovalRow = Approval & { answeredAt?: number; answeredBy?: string };

/** Questions for people, and their answers. */
export type ApprovalTable = {
  /** What judging a call at a time may see and do. */
  deskAt(at: number): ApprovalDesk;
  statusOf(id: string, at: number): Approval['status'] | undefined;
  /** The latest first; those past their time read as `expired`. */
  list(at: number): ApprovalRow[];
  /** True for the one answer that counts: the first, in time. */
  answer(id: string, status: 'approved' | 'denied', by: string, at: number): boolean;
};

type Row = {
  id: string;
  binding: string;
  status: Approval['status'];
  grant_id: string;
  server: string;
  tool: string;
  arguments: string;
  replies: string | null;
  reason: string;
  created_at: number;
  expires_at: number;
  answered_at: number | null;
  answered_by: string | null;
  method: string | null;
};

/** The table of approvals behind an open database. */
export function openApprovalTable(db: DatabaseSync): ApprovalTable {
  const find = db.prepare(
    'SELECT id FROM approval WHERE binding = ? AND status = ? AND expires_at > ? ORDER BY created_at LIMIT 1',
  );
  // What the call answered to its server was for it alone.
  const use = db.prepare(
    `UPDATE approval SET status = 'used', replies = NULL WHERE id = ? AND status = 'approved'`,
  );
  // Arguments may hold secrets: of each tool only the last approved call keeps them, for comparing the next with it.
  const forgetEarlier = db.prepare(
    `${FORGET} WHERE status = 'used' AND id != ?1 AND ${KEEPS}
     AND (grant_id, server, tool) = (SELECT grant_id, server, tool FROM approval WHERE id = ?1)`,
  );
  const insert = db.prepare(
    `INSERT INTO approval (id, binding, status, grant_id, server, tool, arguments, replies, reason, created_at, expires_at, method)
     VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const forget = db.prepare(
    `${FORGET} WHERE ${KEEPS}
     AND expires_at <= iif(status = 'used', ?1 - ${KEPT_MS}, ?1)`,
  );
  const count = db.prepare(
    `SELECT count(*) AS n FROM approval WHERE grant_id = ? AND status = 'pending' AND expires_at > ?`,
  );
  const one = db.prepare('SELECT * FROM approval WHERE id = ?');
  const all = db.prepare('SELECT * FROM approval ORDER BY created_at DESC, id');
  const answer = db.prepare(
    `UPDATE approval SET status = ?1, answered_at = ?2, answered_by = ?3, expires_at = ?2 + expires_at - created_at,
     arguments = iif(?1 = 'denied', '{}', arguments), replies = iif(?1 = 'denied', NULL, replies) WHERE id = ?4 AND status = 'pending' AND expires_at > ?2`,
  );
  return {
    deskAt: (at) => ({
      findApproved: (binding) => find.get(binding, 'approved', at)?.id as string | undefined,
      use(id) {
        if (use.run(id).changes !== 1) throw new Error('an approval was used twice');
        forgetEarlier.run(id);
      },
      ask(binding, entry, { reason }) {
        const { grant, server, tool, method, approvalMs = APPROVAL_MS } = entry;
        const open = find.get(binding, 'pending', at)?.id as string | undefined;
        if (open !== undefined) return open;
        forget.run(at);
        if ((count.get(grant, at)?.n as number) >= MOST_PENDING) return undefined;
        const id = randomBytes(5).toString('hex');
        const text = JSON.stringify(entry.arguments);
        const [from, until] = [Math.trunc(at), Math.trunc(at) + approvalMs];
        const replies = entry.replies === undefined ? null : JSON.stringify(entry.replies);
        insert.run(id, binding, grant, server, tool, text, replies, reason, from, until, method);
        return id;
      },
    }),
    statusOf(id, at) {
      const row = one.get(id) as Row | undefined;
      return row && approvalOf(row, at).status;
    },
    list: (at) => (all.all() as Row[]).map((row) => approvalOf(row, at)),
    answer(id, status, by, at) {
      const now = Math.trunc(at);
      return answer.run(status, now, by, id).changes === 1;
    },
  };
}

function approvalOf(row: Row, at: number): ApprovalRow {
  const { id, binding, server, tool, reason } = row;
  const isOpen = row.status === 'pending' || row.status === 'approved';
  return {
    ...{ id, binding, server, tool, reason },
    grant: row.grant_id,
    status: isOpen && row.expires_at <= at ? 'expired' : row.status,
    arguments: JSON.parse(row.arguments) as JsonObject,
    ...(row.replies === null ? {} : { replies: JSON.parse(row.replies) as JsonObject }),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.answered_at === null ? {} : { answeredAt: row.answered_at }),
    ...(row.answered_by === null ? {} : { answeredBy: row.answered_by }),
    ...(row.method === null ? {} : { method: row.method }),
  };
}
