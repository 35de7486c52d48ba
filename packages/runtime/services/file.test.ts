/** Tests of what only the SQLite file has: who may read it, reopening, other processes, damage, wrong keys. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../stores/sqlite/store.ts';
import { openServices, type Services } from './services.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);
const root = mkdtempSync(join(tmpdir(), 'rondo-services-'));
const opened: Services[] = [];
let files = 0;
let path = '';

beforeEach(() => {
  files += 1;
  path = join(root, `${files}`, 'services.db');
});
afterEach(async () => {
  for (const services of opened.splice(0)) await services.close();
});
afterAll(() => rmSync(root, { recursive: true }));

async function open(key = KEY): Promise<Services> {
  const services = await openServices({ path, key });
  opened.push(services);
  return services;
}

/** Another process that writes past us. */
function raw<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function bytesOnDisk(): string {
  return readdirSync(join(path, '..'))
    .map((file) => readFileSync(join(path, '..', file), 'latin1'))
    .join('');
}

describe('the file of the services', () => {
  it.skipIf(process.platform === 'win32')('is for its owner only, also one that came with a wider mode', async () => {
    const services = await open();
    await services.state.set('s', 'k', 1);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(join(path, '..'))) expect(statSync(join(path, '..', file)).mode & 0o777).toBe(0o600);
    await services.close();
    chmodSync(path, 0o644);
    await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps everything over a restart', async () => {
    const before = await open();
    await before.state.set('s', 'k', { n: 1 });
    await before.state.add('s', ['x'], 'o');
    await before.secrets.put('TOKEN', 'value', { hosts: ['a.test'] });
    const document = { id: 'd', title: 't', meta: [1] };
    await before.knowledge.put('b', document, [{ text: 'cats', vector: [1, 2] }]);
    await before.close();
    const { state, secrets, knowledge } = await open();
    expect(await state.get('s', 'k')).toEqual({ n: 1 });
    expect(await state.add('s', ['x'], 'p')).toEqual([false]);
    expect(secrets.value('TOKEN')).toEqual({ value: 'value', hosts: ['a.test'] });
    const hits = await knowledge.search('b', { mode: 'hybrid', text: 'cats', vector: [1, 2], limit: 1 });
    expect(hits).toEqual([{ document: 'd', title: 't', meta: [1], position: 0, text: 'cats', score: 1 }]);
  });

  it('is refused when it is something else', async () => {
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'not a database at all, but long enough to have a header'.repeat(20));
    await expect(open()).rejects.toMatchObject({ code: 'store-corrupt' });
    rmSync(path);
    await (await openSqliteStore({ path })).close();
    await expect(open()).rejects.toThrow(/is not a database of Rondo's services.*Use another file/);
    rmSync(path);
    await (await open()).close();
    raw((db) => db.exec('pragma user_version = 99'));
    await expect(open()).rejects.toThrow(/newer Rondo.*Update Rondo/);
    path = join(root, `${files}`, 'services.db', 'below-a-file.db');
    await expect(open()).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('says that it is closed', async () => {
    const services = await open();
    await services.close();
    await services.close();
    await expect(services.state.get('s', 'k')).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(services.state.set('s', 'k', 1)).rejects.toThrow('is closed');
    expect(() => services.secrets.value('x')).toThrow('is closed');
  });

  it('waits for another process that writes, without stopping this one', async () => {
    const { state } = await open();
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    let done = false;
    const writing = state.set('s', 'k', 1).then(() => (done = true));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(done).toBe(false);
    expect(await state.get('s', 'k')).toBeUndefined();
    other.exec('commit');
    await writing;
    expect(await state.get('s', 'k')).toBe(1);
    other.close();
  });

  it('sees what another process changed: vectors, secrets, values', async () => {
    const [one, two] = [await open(), await open()];
    const document = { id: 'd', title: '', meta: null };
    const ask = (services: Services) =>
      services.knowledge.search('b', { mode: 'vector', text: '', vector: [1, 0], limit: 5 });
    await one.knowledge.put('b', document, [{ text: 'one', vector: [1, 0] }]);
    expect((await ask(two)).map((hit) => hit.text)).toEqual(['one']);
    await one.knowledge.put('b', document, [{ text: 'two', vector: [1, 1] }]);
    expect((await ask(two)).map((hit) => hit.text)).toEqual(['two']);
    await two.knowledge.remove('b', 'd');
    await two.knowledge.put('b', document, [{ text: 'three', vector: [0, 1] }]);
    expect((await ask(one)).map((hit) => hit.text)).toEqual(['three']);
    await one.secrets.put('A', 'first');
    await two.secrets.put('A', 'second');
    expect(one.secrets.value('A')?.value).toBe('second');
  });

  it('goes on forgetting a scope where a process died', async () => {
    const { state } = await open();
    const keys = Array.from({ length: 12_000 }, (_, n) => `k${n}`);
    await state.add('gone', keys, 'o');
    await state.set('gone', 'k', 1);
    raw((db) => db.exec("update scopes set name = null where name = 'gone'"));
    expect(await state.get('gone', 'k')).toBeUndefined();
    await state.clear('anything');
    const left = raw((db) =>
      ['scopes', 'state_members', 'state_values'].map(
        (table) => db.prepare(`select count(*) n from ${table}`).get()?.['n'],
      ),
    );
    expect(left).toEqual([0, 0, 0]);
  });

  it('says which value is damaged', async () => {
    const { state } = await open();
    await state.set('scope', 'key', 1);
    raw((db) => db.exec(`update state_values set value = '{"a"'`));
    await expect(state.get('scope', 'key')).rejects.toThrow(/value "key" of the state "scope"/);
    await expect(state.get('scope', 'key')).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('adds ten thousand keys at once, to many', async () => {
    const { state } = await open();
    const keys = (from: number): string[] => Array.from({ length: 10_000 }, (_, n) => `https://a.test/${from + n}`);
    for (let n = 0; n < 5; n += 1) await state.add('s', keys(n * 10_000), `o${n}`);
    const begin = process.cpuUsage();
    const answers = await state.add('s', keys(45_000), 'last');
    const { user, system } = process.cpuUsage(begin);
    expect(answers.filter(Boolean)).toHaveLength(5_000);
    // A tenth of this on a machine with nothing else to do.
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });
});

describe('secrets in the file', () => {
  it('are not there to be read', async () => {
    const { secrets, state } = await open();
    await secrets.put('TOKEN', 'canary-of-the-file', { hosts: ['a.test'] });
    await state.set('s', 'k', 'canary that is no secret');
    const bytes = bytesOnDisk();
    expect(bytes).toContain('canary that is no secret');
    expect(bytes).not.toContain('canary-of-the-file');
    expect(bytes).not.toContain(Buffer.from(KEY).toString('latin1'));
  });

  it('need the key they were encrypted with; nothing is lost with another', async () => {
    const first = await open();
    await first.secrets.put('TOKEN', 'value');
    await first.close();
    const wrong = await open(OTHER_KEY);
    const refusal = {
      code: 'store-unavailable',
      message: expect.stringMatching(/another encryption key.*RONDO_ENCRYPTION_KEY.*Nothing was changed/) as string,
    };
    expect(() => wrong.secrets.value('TOKEN')).toThrow(expect.objectContaining(refusal));
    await expect(wrong.secrets.put('TOKEN', 'new')).rejects.toMatchObject(refusal);
    await expect(wrong.secrets.put('OTHER', 'new')).rejects.toMatchObject(refusal);
    await expect(wrong.secrets.rotate(new Uint8Array(32).fill(9))).rejects.toMatchObject(refusal);
    expect((await wrong.secrets.list()).map((one) => one.name)).toEqual(['TOKEN']);
    expect(wrong.secrets.value('nothing')).toBeNull();
    await wrong.state.set('s', 'k', 1);
    expect((await open()).secrets.value('TOKEN')?.value).toBe('value');
    // A key that is lost for ever: what it encrypted goes, and the other one takes over.
    await wrong.secrets.remove('TOKEN');
    await wrong.secrets.put('TOKEN', 'new');
    expect(wrong.secrets.value('TOKEN')?.value).toBe('new');
  });

  it('belong to the new key after a rotation, in every process', async () => {
    const [one, two] = [await open(), await open()];
    await one.secrets.put('TOKEN', 'value');
    expect(await one.secrets.rotate(OTHER_KEY)).toBe(1);
    expect(() => two.secrets.value('TOKEN')).toThrow('another encryption key');
    expect((await open(OTHER_KEY)).secrets.value('TOKEN')?.value).toBe('value');
  });

  it('are all encrypted anew, or none', async () => {
    const { secrets } = await open();
    await secrets.put('A', 'one');
    await secrets.put('B', 'two');
    raw((db) => db.exec("update secrets set sealed = zeroblob(40) where name = 'B'"));
    await expect(secrets.rotate(OTHER_KEY)).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(secrets.value('A')?.value).toBe('one');
  });

  it.each([
    ['a bit of the value', "update secrets set sealed = cast(x'ff' || substr(sealed, 2) as blob) where name = 'A'"],
    ['a part of the value', "update secrets set sealed = substr(sealed, 2) where name = 'A'"],
    ['nothing left of the value', "update secrets set sealed = x'' where name = 'A'"],
    ['the nonce', "update secrets set nonce = zeroblob(12) where name = 'A'"],
    ['the length of the nonce', "update secrets set nonce = zeroblob(16) where name = 'A'"],
    ['the hosts', `update secrets set hosts = '["evil.test"]' where name = 'A'`],
    ['the hosts, to none', "update secrets set hosts = '[]' where name = 'A'"],
    ['the hosts, to nonsense', "update secrets set hosts = '[' where name = 'A'"],
    [
      'the value of another secret',
      "update secrets set (nonce, sealed) = (select nonce, sealed from secrets where name = 'B') where name = 'A'",
    ],
    [
      'the name of another secret',
      "delete from secrets where name = 'A'; update secrets set name = 'A' where name = 'B'",
    ],
  ])('tell that somebody changed %s', async (_what, change) => {
    const { secrets } = await open();
    await secrets.put('A', 'the value of A', { hosts: ['a.test'] });
    await secrets.put('B', 'the value of B', { hosts: ['a.test'] });
    raw((db) => db.exec(change));
    expect(() => secrets.value('A')).toThrow(expect.objectContaining({ code: 'store-corrupt' }));
    await secrets.remove('A');
    await secrets.put('A', 'again');
    expect(secrets.value('A')?.value).toBe('again');
  });

  it('are encrypted with another nonce each time, and with another key in each installation', async () => {
    const sealed = () => raw((db) => db.prepare('select hex(nonce) n, key_id k from secrets order by name').all());
    const { secrets } = await open();
    await secrets.put('A', 'value');
    await secrets.put('B', 'value');
    const [a, b] = sealed();
    await secrets.put('A', 'value');
    expect(new Set([a?.['n'], b?.['n'], sealed()[0]?.['n']]).size).toBe(3);
    path = `${path}.other`;
    await (await open()).secrets.put('A', 'value');
    expect(sealed()[0]?.['k']).not.toBe(a?.['k']);
  });
});
