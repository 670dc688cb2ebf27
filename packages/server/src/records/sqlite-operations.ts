import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Allowance } from './document-records.ts';
import { lineColumns, replay, toLine } from './idempotency.ts';
import { grantUsedUp, refusal, replacesNothing } from './refusals.ts';
import { documentColumns, documentWidth, eventColumns, type Row, type Value } from './row.ts';
import type { Claim, HeldUpdate, NewRow, Progress, Query, Taking, Update } from './sql-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { advanceUpload, beginUpload, takeUpload, updateUpload } from './sqlite-uploads.ts';
import { updateQuery } from './update-query.ts';
import { transportOf } from './upload-row.ts';

const { clock } = sqliteDialect;

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `?${index + 1}`).join(', ');

const sql = {
  insert: `INSERT INTO documents (${documentColumns}, due_at, looks) VALUES (${numbered(documentWidth)}, ${clock} + ?${documentWidth + 1}, 0)`,
  event: `INSERT INTO events (document_id, revision, ${eventColumns}) VALUES (${numbered(9)})`,
  look: 'SELECT state, revision FROM documents WHERE id = ?1',
  replaced: `SELECT 1 FROM documents WHERE id = ?1 AND record_id = ?2 AND state NOT IN ('abandoned', 'purged')`,
  line: `SELECT ${lineColumns(`coalesce(d.due_at <= ${clock}, 0)`)}, ${documentColumns.replaceAll(/\b(?=\w)/g, 'd.')}
    FROM idempotency i JOIN documents d ON d.id = i.document_id
    WHERE i.scope = ?1 AND i.key = ?2 AND i.expires_at > ${clock}`,
  keepLine: `INSERT INTO idempotency (scope, key, fingerprint, document_id, expires_at)
    VALUES (?1, ?2, ?3, ?4, ${clock} + ?5)
    ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint,
      document_id = excluded.document_id, expires_at = excluded.expires_at`,
  // Two for every one written: the table shrinks again by itself.
  sweepLines: `DELETE FROM idempotency WHERE (scope, key) IN
    (SELECT scope, key FROM idempotency WHERE expires_at <= ${clock} ORDER BY expires_at LIMIT 2)`,
  used: 'SELECT files FROM grant_uses WHERE grant_id = ?1',
  take: `INSERT INTO grant_uses (grant_id, files, expires_at) VALUES (?1, 1, ${clock} + ?2)
    ON CONFLICT (grant_id) DO UPDATE SET files = files + 1 RETURNING files`,
  giveBack: 'UPDATE grant_uses SET files = files - 1 WHERE grant_id = ?1 AND files > 0',
  sweepUses: `DELETE FROM grant_uses WHERE grant_id IN
    (SELECT grant_id FROM grant_uses WHERE expires_at <= ${clock} ORDER BY expires_at LIMIT 2)`,
  lease: `UPDATE documents SET due_at = ${clock} + ?2 WHERE id = ?1`,
  forget: `DELETE FROM documents WHERE id = ?1 AND state IN ('purged', 'abandoned') RETURNING id`,
};

/**
 * What the worker can be asked. Each is one transaction, or a part of a common one: so an operation that refuses must
 * do so before it writes.
 */
export class Operations {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #all = (text: string, ...parameters: Value[]): Row[] => this.run({ sql: text, parameters });

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Any single statement. */
  run({ sql, parameters }: Query): Row[] {
    return this.#prepare(sql).all(...parameters) as unknown as Row[];
  }

  /** Writes the row, or answers the document that the same idempotency key already made. */
  create({ document, dueIn, event, idempotency, allowance, upload }: NewRow): Row | null {
    this.#assertReplaceable(document);
    let dead: Row | null = null;
    if (idempotency) {
      const [found] = this.#all(sql.line, idempotency.scope, idempotency.key);
      if (found) {
        const { line, document: old } = toLine(found);
        const next = replay(line, idempotency.fingerprint, transportOf(upload));
        if (next === 'answer') return old;
        if (next === 'abandon') dead = old;
      }
    }
    if (allowance) this.#assertPlace(allowance, dead);
    if (dead && idempotency) this.#abandon(dead[0] as string, idempotency.abandoned);
    if (allowance) this.#take(allowance);
    const id = document[0] as string;
    this.#all(sql.insert, ...document, dueIn);
    this.#all(sql.event, id, 1, ...event);
    if (upload) beginUpload(this.#all, id, upload);
    if (idempotency) {
      const { scope, key, fingerprint, keptFor } = idempotency;
      this.#all(sql.sweepLines);
      this.#all(sql.keepLine, scope, key, fingerprint, id, keptFor);
    }
    return null;
  }

  /** An UPDATE that answers the document, with its event. */
  update({ id, query, event, wanted, abandons, revision }: Update): Row {
    const [row] = this.run(query);
    if (!row) throw refusal(id, this.#look(id), wanted, revision);
    if (abandons && row[17] === 'grant') this.#all(sql.giveBack, row[18] as string);
    this.#all(sql.event, row[0] as string, row[23] as number, ...event);
    return row;
  }

  /** Rows that are due, earliest first, each followed by its looks; their due time moves on by the lease. */
  claim({ states, limit, lease }: Claim): Row[] {
    const due = states.map(
      (_, index) =>
        `SELECT ${documentColumns}, looks, due_at FROM documents INDEXED BY documents_due
          WHERE state = ?${index + 2} AND due_at <= ${clock}`,
    );
    const text = `${due.join(' UNION ALL ')} ORDER BY due_at LIMIT ?1`;
    const rows = this.#all(text, limit, ...states);
    for (const row of rows) this.#all(sql.lease, row[0] as string, lease);
    return rows;
  }

  forget(id: string): void {
    if (this.#all(sql.forget, id).length > 0) return;
    const found = this.#look(id);
    if (found) throw refusal(id, found, 'forgotten', null);
  }

  takeUpload(taking: Taking): Row {
    return takeUpload(this.#all, taking);
  }

  advanceUpload(progress: Progress): void {
    advanceUpload(this.#all, progress);
  }

  updateUpload(update: HeldUpdate): Row {
    return updateUpload(this.#all, update);
  }

  #abandon(id: string, event: Row): void {
    const target = { id, from: ['receiving'] as const };
    const changes = { state: 'abandoned', dueIn: 0, updatedAt: new Date(event[1] as number) } as const;
    const query = updateQuery(target, changes, clock);
    this.update({ id, query, event, wanted: 'abandoned', abandons: true, revision: null });
  }

  /** Before anything is written. A dead upload that is abandoned for this one leaves its place to it. */
  #assertPlace(allowance: Allowance, dead: Row | null): void {
    const { grant, files } = allowance;
    const [[used = 0] = []] = this.#all(sql.used, grant);
    const left = dead?.[17] === 'grant' && dead[18] === grant ? 1 : 0;
    if ((used as number) - left >= files) throw grantUsedUp(allowance);
  }

  #take({ grant, keptFor }: Allowance): void {
    const [[files] = []] = this.#all(sql.take, grant, keptFor);
    if (files === 1) this.#all(sql.sweepUses);
  }

  #assertReplaceable(document: Row): void {
    const replaces = document[15] ?? null;
    if (replaces === null || this.#all(sql.replaced, replaces, document[1] ?? null).length > 0) return;
    throw replacesNothing();
  }

  #look(id: string): Row | undefined {
    return this.#all(sql.look, id)[0];
  }

  #prepare(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      // Lists come in more shapes than are worth keeping; the oldest goes, to be prepared again if it is wanted.
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined && this.#statements.size >= 200) this.#statements.delete(oldest);
      statement = this.#db.prepare(text);
      statement.setReturnArrays(true);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}
