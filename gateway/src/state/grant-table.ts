import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Grant } from './state.ts';
import { tokenHash } from './token-hash.ts';

/** A grant as an operator sees it. */
export type GrantRow = Grant & { createdAt: number; revokedAt?: number };

/** The grants in the store. Tokens are 256 random bits, so one plain hash hides them. */
export type GrantTable = {
  /** Also where all are revoked: that nobody is let in any more must not let everybody in. */
  hasAny(): boolean;
  find(token: string, at: number): Grant | undefined;
  /**
   * Whether a grant that once was given is now revoked or expired, or has another token than the one that was shown, if one
   * was. Told from what was last read: every change of a grant is a record in the same transaction, so whoever relies on
   * it writes behind the last record it knows, or calls `lookAgain` first.
   */
  isOver(id: string, at: number, shown?: string): boolean;
  /** Others have written, or something was rolled back: what was read no longer counts. */
  lookAgain(): void;
  list(): GrantRow[];
  /** Makes a grant, or gives one that is not revoked another token; the token is only ever shown here. */
  create(grant: Omit<Grant, 'id'>, at: number): { id: string; token: string };
  rotate(id: string): string | undefined;
  /** False where there is none of that id, or it is revoked already. */
  revoke(id: string, at: number): boolean;
  /** Lists revoked grants no longer, and counts them no longer; gateways that still use one are refused as before. */
  forget(at: number): number;
};

type Row = {
  id: string;
  label: string;
  token_hash: Uint8Array;
  servers: string;
  policy: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
};

/** What was read of the grants, and when. */
type Known = { version: unknown; all: KnownGrant[]; byId: Map<string, KnownGrant> };
type KnownGrant = { row: Row; grant: Grant; tokenHash: string };

/** The table of grants behind an open database. */
export function openGrantTable(db: DatabaseSync): GrantTable {
  const any = db.prepare('SELECT 1 FROM "grant" WHERE forgotten_at IS NULL LIMIT 1');
  const all = db.prepare(
    'SELECT * FROM "grant" WHERE forgotten_at IS NULL ORDER BY created_at, id',
  );
  const over = db.prepare(
    'SELECT 1 FROM "grant" WHERE id = ? AND (revoked_at IS NOT NULL OR expires_at <= ?)',
  );
  const insert = db.prepare(
    `INSERT INTO "grant" (id, label, token_hash, servers, policy, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const renew = db.prepare('UPDATE "grant" SET token_hash = ? WHERE id = ? AND revoked_at IS NULL');
  const revoke = db.prepare(
    'UPDATE "grant" SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
  );
  const version = db.prepare('PRAGMA data_version');
  // Looked up for every request over HTTP, and written hardly ever: by us, or by another process, which the version tells.
  let known: Known | undefined;
  const forget = db.prepare(
    'UPDATE "grant" SET forgotten_at = ? WHERE revoked_at IS NOT NULL AND forgotten_at IS NULL',
  );
  const isUnlistedOver = (id: string, at: number) => over.get(id, Math.trunc(at)) !== undefined;
  const current = () => {
    const now = (version.get() as { data_version: number }).data_version;
    if (known?.version !== now) known = read(now, all.all() as Row[]);
    return known;
  };
  return {
    hasAny: () => any.get() !== undefined,
    find(token, at) {
      const wanted = bytesOf(tokenHash(token));
      let found: KnownGrant | undefined;
      // Every grant is compared, whichever fits, so that time tells nothing.
      for (const one of current().all) if (timingSafeEqual(one.row.token_hash, wanted)) found = one;
      return found === undefined || hasEnded(found.row, at) ? undefined : found.grant;
    },
    isOver(id, at, shown) {
      const one = (known ?? current()).byId.get(id);
      // What is no longer listed is not forgotten here.
      if (one === undefined) return shown !== undefined || isUnlistedOver(id, at);
      return hasEnded(one.row, at) || (shown !== undefined && shown !== one.tokenHash);
    },
    lookAgain() {
      known = undefined;
    },
    list: () =>
      current().all.map(({ row, grant }) => ({
        ...grant,
        createdAt: row.created_at,
        ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
      })),
    create({ label, servers, policy, expiresAt }, at) {
      const id = `g-${randomBytes(5).toString('hex')}`;
      const token = newToken();
      const list = JSON.stringify(servers);
      known = undefined;
      insert.run(
        id,
        label,
        bytesOf(tokenHash(token)),
        list,
        policy,
        Math.trunc(at),
        expiresAt ?? null,
      );
      return { id, token };
    },
    rotate(id) {
      const token = newToken();
      known = undefined;
      return renew.run(bytesOf(tokenHash(token)), id).changes === 1 ? token : undefined;
    },
    revoke(id, at) {
      known = undefined;
      return revoke.run(Math.trunc(at), id).changes === 1;
    },
    forget(at) {
      known = undefined;
      return Number(forget.run(Math.trunc(at)).changes);
    },
  };
}

function read(version: unknown, rows: Row[]): Known {
  const listed = rows.map((row) => ({
    row,
    grant: grantOf(row),
    tokenHash: Buffer.from(row.token_hash).toString('hex'),
  }));
  return { version, all: listed, byId: new Map(listed.map((one) => [one.row.id, one])) };
}

function hasEnded({ revoked_at, expires_at }: Row, at: number): boolean {
  return revoked_at !== null || (expires_at !== null && expires_at <= at);
}

const newToken = () => `twg_${randomBytes(32).toString('base64url')}`;

const bytesOf = (hash: string) => Buffer.from(hash, 'hex');

function grantOf({ id, label, servers, policy, expires_at }: Row): Grant {
  const grant = { id, label, servers: JSON.parse(servers) as string[], policy };
  return expires_at === null ? grant : { ...grant, expiresAt: expires_at };
}
