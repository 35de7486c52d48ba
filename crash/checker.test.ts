/**
 * Owns the proof that the checker can fail: a small run that is in order, and the same run broken
 * in one way at a time. The database is made by hand, with plain SQL.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import type { Dossier, Settled } from './dossier.ts';
import { valueOf } from './value.ts';

const COUNT = 20;
const LOOP = 3;
const ROWS_PER_LOOP = 2 ** 24;
const outputOf = (id: number): string => JSON.stringify({ id, value: valueOf(id) });
const settled = (index: number): Settled => ({
  loop: 'each',
  index,
  status: 'completed',
  id: index,
  digest: createHash('sha256').update(outputOf(index)).digest('hex').slice(0, 16),
});
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

let folder = '';
let dossier: Dossier;
let effects: { id: number; key: string | null; at: number }[];
let db: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rondo-checker-'));
  db = new DatabaseSync(join(folder, 'run.db'));
  db.exec(`
    create table runs (key integer primary key, id, status, output, finished_at);
    create table leases (run, owner, token, expires_at);
    create table loops (id integer, path, node, status, total, completed, failed, skipped, cursor);
    create table rows (id integer, status integer, output text);
    insert into leases values (1, null, 2, 0);
    insert into loops values (${LOOP}, 'each', 'each', 'completed', ${COUNT}, ${COUNT}, 0, 0, ${COUNT});
  `);
  const sum = range(0, COUNT).reduce((total, id) => total + valueOf(id), 0);
  const output = { count: COUNT, sum };
  db.prepare('insert into runs values (1, ?, ?, ?, ?)').run('run', 'completed', JSON.stringify(output), 9000);
  const insert = db.prepare('insert into rows values (?, 1, ?)');
  for (const id of range(0, COUNT)) insert.run(LOOP * ROWS_PER_LOOP + id, outputOf(id));
  // Ten before the kill at 5000, of which 9 was in flight and is repeated; the others after.
  const call = (id: number, at: number): (typeof effects)[number] => ({ id, key: `run/each[${id}]`, at });
  effects = [...range(0, 10).map((id) => call(id, 4000 + id)), ...range(9, COUNT).map((id) => call(id, 6000 + id))];
  dossier = {
    seed: 1,
    workflow: 'sequential',
    database: join(folder, 'run.db'),
    run: 'run',
    effects: join(folder, 'effects.ndjson'),
    count: COUNT,
    window: 1,
    leaf: 'each',
    kills: [
      {
        at: 5000,
        afterMs: 100,
        during: 'progress',
        whom: 'group',
        acknowledged: range(0, 8).map(settled),
        found: [settled(8)],
        inFlight: [{ loop: 'each', index: 9 }],
        runStatus: 'running',
        finishedAt: null,
        cursors: { each: 9 },
        left: [],
      },
    ],
    reported: { status: 'completed', output },
  };
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

function violations(): string[] {
  writeFileSync(dossier.effects, effects.map((effect) => `${JSON.stringify(effect)}\n`).join(''));
  return check(dossier).violations;
}

const key = (index: number): number => LOOP * ROWS_PER_LOOP + index;
const breaks: [string, RegExp, () => void][] = [
  ['an acknowledged row is gone', /^I1 .*each\[3\].*gone/, () => db.exec(`delete from rows where id = ${key(3)}`)],
  [
    'an acknowledged row changed',
    /^I1 .*each\[8\]/,
    () => db.exec(`update rows set output = '{"id":8}' where id = ${key(8)}`),
  ],
  ['a row is there twice', /^I2 each/, () => db.exec(`insert into rows select * from rows where id = ${key(5)}`)],
  ['an index is missing', /^I3 each: index 15/, () => db.exec(`delete from rows where id = ${key(15)}`)],
  ['counters differ from rows', /^I3 each: counters/, () => db.exec('update loops set completed = 19')],
  [
    'an effect never came',
    /^I4 each\[12\] is done/,
    () => {
      effects = effects.filter((one) => one.id !== 12);
    },
  ],
  [
    'an effect of a done row is repeated',
    /^I4 effect 4 was repeated/,
    () => effects.push({ id: 4, key: 'run/each[4]', at: 6000 }),
  ],
  [
    'an effect came twice without a kill',
    /^I4 effect 15 came twice/,
    () => effects.push({ id: 15, key: 'run/each[15]', at: 7000 }),
  ],
  [
    'more repeats than were in flight',
    /^I4 kill 0: 2 repeats/,
    () => effects.unshift({ id: 10, key: 'run/each[10]', at: 4100 }),
  ],
  ['a key changed', /^I4 effect 9 changed its key/, () => Object.assign(effects[10] ?? {}, { key: 'other' })],
  ['two effects share a key', /^I4 effects 1 and 2/, () => Object.assign(effects[2] ?? {}, { key: 'run/each[1]' })],
  [
    'the run is not final',
    /^I5 the run is running/,
    () => db.exec("update runs set status = 'running', finished_at = null"),
  ],
  [
    'a final status changed',
    /^I5 kill 0: the run was failed/,
    () => Object.assign(dossier.kills[0] ?? {}, { runStatus: 'failed' }),
  ],
  [
    'a finished run finished again',
    /^I5 kill 0/,
    () => Object.assign(dossier.kills[0] ?? {}, { runStatus: 'completed', finishedAt: 8000 }),
  ],
  ['the aggregate is wrong', /^I6 stored/, () => db.exec(`update runs set output = '{"count":20,"sum":1}'`)],
  ['a row without its loop', /^I7/, () => db.exec(`insert into rows values (${99 * ROWS_PER_LOOP}, 1, '')`)],
  [
    'the lease is still held',
    /^I9/,
    () => db.exec(`update leases set owner = 'me', expires_at = ${Date.now() + 60_000}`),
  ],
  ['a process was left', /^I10/, () => dossier.kills[0]?.left.push(42)],
];

describe('the checker', () => {
  it('finds nothing in a run that is in order', () => {
    expect(violations()).toEqual([]);
    expect(check(dossier).figures).toMatchObject({
      kills: 1,
      acknowledged: 9,
      lost: 0,
      repeats: 1,
      mostRepeatsOfOneKill: 1,
    });
  });

  it.each(breaks)('sees that %s', (_, message, harm) => {
    harm();
    expect(violations()).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});
