/** `rondo serve` as a process: what it says, how it ends, and that a webhook it took is not lost by kill -9. */
import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { place, type Place, type Started } from '../testing/process.ts';

const places: Place[] = [];
const children: Started[] = [];
afterEach(async () => {
  for (const { child, ended } of children.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const one of places.splice(0)) one.remove();
});

function folder(files: Record<string, string>): Place {
  const made = place();
  places.push(made);
  mkdirSync(join(made.folder, 'data', 'workflows'), { recursive: true });
  for (const [name, text] of Object.entries(files)) made.write(join('data', 'workflows', name), `rondo: 1\n${text}`);
  return made;
}

async function serve(at: Place, ...more: string[]): Promise<{ started: Started; url: string }> {
  let text = '';
  const started = at.start('serve', '--port', '0', '--data', 'data', '--no-studio', ...more);
  children.push(started);
  started.child.stdout?.on('data', (part: string) => (text += part));
  await started.said(/Rondo serves http:\S+\n/);
  return { started, url: /http:\S+/.exec(text)?.[0] ?? '' };
}

const LONG = `
name: Long
nodes:
  in: { type: webhook, with: { path: long, auth: { type: bearer, secret: token } } }
  each:
    type: for-each
    after: in
    loop: { over: "{{ [1, 2, 3] }}" }
    body:
      pause: { type: wait, with: { for: 300ms } }
`;

it('goes on after kill -9 with what it took, and ends well on SIGTERM', async () => {
  const at = folder({ 'long.yaml': LONG, 'bad.yaml': 'name: Bad\nnodes: { a: { type: webhok } }\n' });
  const first = await serve(at, '--secret', 'token=s3cret-value');
  const answer = await fetch(`${first.url}/hooks/long`, {
    method: 'POST',
    headers: { authorization: 'Bearer s3cret-value' },
  });
  expect(answer.status).toBe(202);
  first.started.child.kill('SIGKILL');
  const killed = await first.started.ended;
  expect(killed.stderr).toMatch(/bad\.yaml:3:\d+: error: There is no node type webhok/);
  expect(killed.stderr).toContain(`long.yaml: POST ${first.url}/hooks/long`);
  const second = await serve(at);
  const { runId } = (await answer.json()) as { runId: string };
  const status = async (): Promise<string | undefined> => {
    const shown = await at.rondo('runs', 'show', runId, '--db', 'data/rondo.db', '--json');
    return (JSON.parse(shown.stdout) as { status?: string }).status;
  };
  while ((await status()) !== 'completed') await new Promise((resolve) => setTimeout(resolve, 20));
  second.started.child.kill('SIGTERM');
  const ended = await second.started.ended;
  expect(ended.code).toBe(0);
  expect(`${killed.stderr}${killed.stdout}${ended.stderr}${ended.stdout}`).not.toContain('s3cret-value');
});

it('prints the link that makes the owner, and is for this machine only until then', async () => {
  const at = folder({});
  const refused = await at.rondo('serve', '--port', '0', '--data', 'data', '--no-studio', '--host', '0.0.0.0');
  expect([refused.code, refused.stderr]).toMatchObject([3, /Nobody owns this installation yet, so it does not listen/]);
  const first = await serve(at);
  await first.started.said(/setup\?token=[\w-]{43}/);
  first.started.child.kill('SIGTERM');
  const { stdout } = await first.started.ended;
  expect(stdout).toMatch(new RegExp(`To become its owner, open ${first.url}/setup\\?token=[\\w-]{43}\\n`));
});

it('takes its settings from flags, the environment and the file', async () => {
  const at = folder({});
  at.write('rondo.config.json', '{ "port": 1, "runners": 0 }');
  expect((await at.rondo('serve', '--data', 'data')).stderr).toMatch(/rondo\.config\.json: runners must be/);
  at.write('rondo.config.json', '{ "host": "0.0.0.0", "port": 1 }');
  const file = await at.rondo('serve', '--data', 'data', '--no-studio');
  expect(file.stderr).toContain('does not listen on 0.0.0.0');
  // The flag wins over the file.
  const { started } = await serve(at, '--host', '127.0.0.1');
  started.child.kill('SIGTERM');
  expect((await started.ended).code).toBe(0);
});

it('says which databases it cannot take', async () => {
  const at = folder({});
  const url = await at.rondo('serve', '--data', 'data', '--database', 'postgres://u:p@h/d');
  expect([url.code, url.stderr]).toMatchObject([3, /stores in SQLite files only/]);
  expect(url.stderr).not.toContain('u:p');
  const memory = await at.rondo('serve', '--data', 'data', '--database', ':memory:');
  expect([memory.code, memory.stderr]).toMatchObject([2, /needs a database in a file/]);
});

it('says when the port is taken, and what is wrong with its options', async () => {
  const at = folder({});
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    const taken = await at.rondo('serve', '--data', 'data', '--no-studio', '--port', String(port));
    expect([taken.code, taken.stderr]).toMatchObject([3, /EADDRINUSE.*127\.0\.0\.1/]);
  } finally {
    other.close();
  }
  expect((await at.rondo('serve', '--port', 'many')).code).toBe(2);
  expect((await at.rondo('serve', '--public-url', 'rondo')).stderr).toMatch(/--public-url must be an address/);
});
