/** Tests of settings.ts: which database and which hosts, in what order of precedence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { databaseOf, egressOf } from './settings.ts';
import { recordedTerminal } from './testing/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'rondo-settings-'));
const configured = mkdtempSync(join(tmpdir(), 'rondo-settings-'));
writeFileSync(join(configured, 'rondo.config.json'), '{"database":"conf.db","egressAllow":["10.0.0.0/8"]}');
afterAll(() => [folder, configured].forEach((path) => rmSync(path, { recursive: true, force: true })));

const target = (flag: string | undefined, env: Record<string, string>, cwd = folder): string =>
  databaseOf(flag, recordedTerminal({ env, cwd })).target;

it('takes the flag, then the environment, then the file, then the default', () => {
  expect(target('a.db', { RONDO_DATABASE_URL: 'b.db' }, configured)).toBe(join(configured, 'a.db'));
  expect(target(undefined, { RONDO_DATABASE_URL: 'b.db', RONDO_DATA: 'd' }, configured)).toBe(join(configured, 'b.db'));
  expect(target(undefined, { RONDO_DATA: 'd' }, configured)).toBe(join(configured, 'd', 'rondo.db'));
  expect(target(undefined, {}, configured)).toBe(join(configured, 'conf.db'));
  expect(target(undefined, {})).toBe(join(folder, '.rondo', 'rondo.db'));
});

it('knows what is kept, and the flag that later commands need', () => {
  const terminal = recordedTerminal({ cwd: folder });
  expect(databaseOf(':memory:', terminal)).toMatchObject({ durable: false, isFile: false });
  expect(databaseOf(undefined, terminal)).toMatchObject({ durable: true, flag: '', shown: './.rondo/rondo.db' });
  expect(databaseOf('my runs.db', terminal).flag).toBe(" --db 'my runs.db'");
});

it('never shows a password', () => {
  const database = databaseOf('postgres://me:s3cret@db.example/x', recordedTerminal({ cwd: folder }));
  expect(database.target).toContain('s3cret');
  expect(database.shown + database.flag).not.toContain('s3cret');
});

it('adds up allowed hosts', () => {
  const terminal = recordedTerminal({ cwd: configured, env: { RONDO_EGRESS_ALLOW: '127.0.0.1, ::1' } });
  expect(egressOf(['localhost'], terminal)).toEqual(['localhost', '127.0.0.1', '::1', '10.0.0.0/8']);
});

it('says what is wrong with the configuration', () => {
  writeFileSync(join(folder, 'rondo.config.json'), '{"database": 5}');
  expect(() => target(undefined, {})).toThrow('rondo.config.json: database must be a text.');
  rmSync(join(folder, 'rondo.config.json'));
});
