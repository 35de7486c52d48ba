/**
 * Owns the audit log: rows that are only ever added, each with a hash over itself and the one before, so that a row
 * that was changed or taken out is noticed. Holds no values of secrets. Does not decide what is worth a row.
 */
import { createHash } from 'node:crypto';
import type { StudioDb } from '../store/studio-db.ts';

export interface AuditRow {
  id: number;
  at: number;
  who: string;
  action: string;
  object: string | null;
  address: string | null;
}

export interface AuditNote {
  who: string;
  /** Of what, a dot, what was done: `token.create`, `workflow.delete`. */
  action: string;
  object?: string | null;
  address?: string | null;
}

export interface Audit {
  add(note: AuditNote): void;
  /** Newest first; `before` is the id of the last row of the page before. */
  list(limit: number, before?: number): AuditRow[];
  /** The id of the first row that does not fit; null: all do. */
  firstBroken(): number | null;
}

const START = Buffer.alloc(32);
const MOST_CHARS = 500;
const COLUMNS = 'id, at, who, action, object, address';

function chained(before: Uint8Array, { id, at, who, action, object, address }: AuditRow): Buffer {
  return createHash('sha256')
    .update(before)
    .update(JSON.stringify([id, at, who, action, object, address]))
    .digest();
}

export function createAudit(db: StudioDb, now: () => number): Audit {
  return {
    add({ who, action, object = null, address = null }) {
      db.transaction(() => {
        const last = db.first<{ id: number; hash: Uint8Array }>('select id, hash from audit order by id desc limit 1');
        const row: AuditRow = {
          id: (last?.id ?? 0) + 1,
          at: now(),
          who: who.slice(0, MOST_CHARS),
          action,
          object: object === null ? null : object.slice(0, MOST_CHARS),
          address,
        };
        const hash = chained(last?.hash ?? START, row);
        const text = `insert into audit (${COLUMNS}, hash) values (?, ?, ?, ?, ?, ?, ?)`;
        db.change(text, row.id, row.at, row.who, row.action, row.object, row.address, hash);
      });
    },
    list: (limit, before = Number.MAX_SAFE_INTEGER) =>
      db
        .all<AuditRow>(`select ${COLUMNS} from audit where id < ? order by id desc limit ?`, before, limit)
        .map((row) => ({ ...row })),
    firstBroken() {
      let before: Uint8Array = START;
      let expected = 1;
      for (const row of db.all<AuditRow & { hash: Uint8Array }>(`select ${COLUMNS}, hash from audit order by id`)) {
        if (row.id !== expected || !chained(before, row).equals(row.hash)) return expected;
        before = row.hash;
        expected += 1;
      }
      return null;
    },
  };
}
