import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Digest } from '@toolwarden/catalogue';
import { ClassifierError } from '../classifier-error.ts';
import { type AnswerForm, answerForms } from './model-reply.ts';
import type { Micros } from './price.ts';

/** What one question came to. Everything but `answer` leaves the rules' answer standing. */
export type Outcome = 'answer' | 'refused' | 'filtered' | 'cut' | 'empty' | 'malformed';
const outcomes: readonly string[] = [
  'answer',
  'refused',
  'filtered',
  'cut',
  'empty',
  'malformed',
] satisfies Outcome[];

/** A question: what is asked (definition, prompt, model), and the how-manieth time. */
export type Question = { key: Digest; sample: number };
export type Settled = { outcome: Outcome; answer?: string };

/** Whether a call may be made: no budget for it, or lost twice already, means no. */
export type Reservation = { ok: true; call: number } | { ok: false; why: 'over-budget' | 'lost' };

/** The durable record of what was asked, answered and spent. One process at a time. */
export type Ledger = ReturnType<typeof openLedger>;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, sample INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'lost')), spent INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS calls_by_key ON calls (key, sample);
CREATE TABLE IF NOT EXISTS answers (
  key TEXT NOT NULL, sample INTEGER NOT NULL, outcome TEXT NOT NULL, answer TEXT,
  PRIMARY KEY (key, sample)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forms (endpoint TEXT PRIMARY KEY, form TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
  label TEXT PRIMARY KEY, endpoint TEXT NOT NULL, id TEXT, calls TEXT NOT NULL
) STRICT, WITHOUT ROWID;`;

/** A question that was cut off by the end of its process this often is not asked again. */
const MOST_LOST = 2;

/**
 * Opens the ledger and takes it for this process alone. What is open from a process that died counts as spent in full:
 * its answer may have been paid for. `:memory:` keeps nothing.
 */
export function openLedger(file: string, { budget }: { budget?: Micros } = {}) {
  const db = openDatabase(file);
  const inBatch = new Set(
    rows(db, 'SELECT calls FROM batches').flatMap(
      ({ calls }) => JSON.parse(String(calls)) as number[],
    ),
  );
  for (const { id } of rows(db, "SELECT id FROM calls WHERE state = 'open'"))
    if (!inBatch.has(Number(id)))
      db.prepare("UPDATE calls SET state = 'lost' WHERE id = ?").run(Number(id));
  let spent = Number(rows(db, 'SELECT coalesce(sum(spent), 0) AS spent FROM calls')[0]?.['spent']);

  const statements = {
    lost: db.prepare(
      "SELECT count(*) AS times FROM calls WHERE key = ? AND sample = ? AND state = 'lost'",
    ),
    open: db.prepare("INSERT INTO calls (key, sample, state, spent) VALUES (?, ?, 'open', ?)"),
    close: db.prepare("UPDATE calls SET state = 'closed', spent = ? WHERE id = ?"),
    reserved: db.prepare('SELECT spent FROM calls WHERE id = ?'),
    answer: db.prepare(
      'INSERT OR REPLACE INTO answers (key, sample, outcome, answer) VALUES (?, ?, ?, ?)',
    ),
    find: db.prepare('SELECT outcome, answer FROM answers WHERE key = ? AND sample = ?'),
  };

  function reserve({ key, sample }: Question, most: Micros): Reservation {
    if (budget !== undefined && spent + most > budget) return { ok: false, why: 'over-budget' };
    if (Number(statements.lost.get(key, sample)?.['times']) >= MOST_LOST)
      return { ok: false, why: 'lost' };
    const { lastInsertRowid } = statements.open.run(key, sample, most);
    spent += most;
    return { ok: true, call: Number(lastInsertRowid) };
  }
  function saveBatch(endpoint: string, { label, id, calls }: OpenBatch): void {
    db.prepare(
      'INSERT OR REPLACE INTO batches (label, endpoint, id, calls) VALUES (?, ?, ?, ?)',
    ).run(label, endpoint, id ?? null, JSON.stringify(calls));
  }

  return {
    /** What was answered before; the same question is never paid for twice. */
    find({ key, sample }: Question): Settled | undefined {
      const row = statements.find.get(key, sample);
      if (row === undefined || !outcomes.includes(String(row['outcome']))) return undefined;
      const { answer } = row;
      return {
        outcome: row['outcome'] as Outcome,
        ...(typeof answer === 'string' && { answer }),
      };
    },
    /** Sets aside the most that a call can cost, durably, before it is made. */
    reserve,
    /** The same for all of a batch at once, with the batch that holds them: a run that ends in between leaves nothing. */
    reserveBatch(
      endpoint: string,
      label: string,
      asked: readonly { question: Question; most: Micros }[],
    ): Reservation[] {
      const before = spent;
      try {
        return inTransaction(db, () => {
          const reserved = asked.map(({ question, most }) => reserve(question, most));
          const calls = reserved.flatMap((item) => (item.ok ? [item.call] : []));
          if (calls.length > 0) saveBatch(endpoint, { label, calls });
          return reserved;
        });
      } catch (error) {
        spent = before;
        throw error;
      }
    },
    /** Replaces what was set aside by what was spent, and keeps the answer, in one step. */
    settle(call: number, cost: Micros, answered?: Question & Settled): void {
      const reserved = Number(statements.reserved.get(call)?.['spent'] ?? 0);
      inTransaction(db, () => {
        statements.close.run(cost, call);
        if (answered !== undefined)
          statements.answer.run(
            answered.key,
            answered.sample,
            answered.outcome,
            answered.answer ?? null,
          );
      });
      spent += cost - reserved;
    },
    /** Everything ever spent or set aside in this ledger. */
    spent: (): Micros => spent,
    /** The answer form that an endpoint is known to understand. */
    formOf(endpoint: string): AnswerForm | undefined {
      const row = db.prepare('SELECT form FROM forms WHERE endpoint = ?').get(endpoint);
      return answerForms.find((form) => form === row?.['form']);
    },
    rememberForm(endpoint: string, form: AnswerForm): void {
      db.prepare('INSERT OR REPLACE INTO forms (endpoint, form) VALUES (?, ?)').run(endpoint, form);
    },
    /** Batches handed in, or about to be, whose replies were not read yet. */
    batches: (endpoint: string): OpenBatch[] =>
      rows(db, 'SELECT label, id, calls FROM batches WHERE endpoint = ?', endpoint).map((row) => ({
        label: String(row['label']),
        ...(typeof row['id'] === 'string' && { id: row['id'] }),
        calls: JSON.parse(String(row['calls'])) as number[],
      })),
    questionOf(call: number): (Question & { reserved: Micros }) | undefined {
      const row = db.prepare('SELECT key, sample, spent FROM calls WHERE id = ?').get(call);
      return (
        row && {
          key: String(row['key']) as Digest,
          sample: Number(row['sample']),
          reserved: Number(row['spent']),
        }
      );
    },
    saveBatch,
    /** Forgets a batch; calls of it that were not settled count as lost, and as spent in full. */
    closeBatch({ label, calls }: OpenBatch): void {
      inTransaction(db, () => {
        for (const call of calls)
          db.prepare("UPDATE calls SET state = 'lost' WHERE id = ? AND state = 'open'").run(call);
        db.prepare('DELETE FROM batches WHERE label = ?').run(label);
      });
    },
    close: () => db.close(),
  };
}

/** A batch: our name for it, the endpoint's where it has one yet, and the calls it holds. */
export type OpenBatch = { label: string; id?: string; calls: number[] };

function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file, { timeout: 1_000 });
    // FULL: what is paid for is worth a sync. EXCLUSIVE: the lock is the system's, so it dies with the process.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;',
    );
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    return db;
  } catch (error) {
    const { message } = error as Error;
    if (/locked|busy/i.test(message))
      throw new ClassifierError(
        'ledger-busy',
        `${file}: another classify --model works with this ledger; wait for it`,
        { cause: error },
      );
    throw new ClassifierError(
      'ledger-unusable',
      `${file}: the ledger of model answers cannot be used (${message}); move it away to begin a new one`,
      { cause: error },
    );
  }
}

function rows(db: DatabaseSync, sql: string, ...values: string[]) {
  return db.prepare(sql).all(...values);
}

function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
