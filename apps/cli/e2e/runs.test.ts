/** End-to-end tests of the commands that read: runs, check, plan, nodes, doctor, start. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOUBLES, place } from '../testing/process.ts';

const here = place();
let runId = '';

beforeAll(async () => {
  here.write('doubles.yaml', DOUBLES);
  const done = await here.rondo('run', 'doubles.yaml', '--json', '--input', '{"count": 120, "bad": 3}');
  runId = (JSON.parse(done.stdout) as { runId: string }).runId;
});
afterAll(() => here.remove());

describe('rondo runs', () => {
  it('lists runs with the progress of their loops', async () => {
    const { stdout, code } = await here.rondo('runs');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`${runId} .*completed .*Doubles .*each 120/120, 1 failed`));
  });

  it('shows a run by prefix and as last, with its causes', async () => {
    for (const name of [runId.slice(0, -2), 'last']) {
      const { stdout, code } = await here.rondo('runs', 'show', name);
      expect(code).toBe(0);
      expect(stdout).toContain(runId);
      expect(stdout).toMatch(/each +completed +119 completed, 1 failed/);
      expect(stdout).toContain('1 cause of failure');
    }
  });

  it('pages through iterations with the command it prints', async () => {
    const indices: number[] = [];
    let args = ['runs', 'iterations', 'last', 'each', '--limit', '50'];
    let pages = 0;
    for (;;) {
      const { stdout, stderr, code } = await here.rondo(...args);
      expect(code).toBe(0);
      indices.push(...[...stdout.matchAll(/^ *(\d+) {2}(?:completed|failed)/gm)].map((m) => Number(m[1])));
      pages += 1;
      const next = /Next page: {2}rondo (.*)/.exec(stderr)?.[1];
      if (next === undefined) break;
      args = next.split(' ');
    }
    expect(pages).toBe(3);
    expect(indices).toEqual(Array.from({ length: 120 }, (_, i) => i));
  });

  it('finds the failed ones and text', async () => {
    const failed = await here.rondo('runs', 'iterations', 'last', 'each', '--status', 'failed', '--json');
    const { iterations } = JSON.parse(failed.stdout) as { iterations: Record<string, unknown>[] };
    expect(iterations).toMatchObject([
      { index: 3, status: 'failed', input: [{ n: 3 }], error: { message: expect.any(String) } },
    ]);
    const found = await here.rondo('runs', 'iterations', 'last', 'each', '--search', '"n":119', '--json');
    expect((JSON.parse(found.stdout) as { iterations: { index: number }[] }).iterations.map((i) => i.index)).toEqual([
      119,
    ]);
  });

  it('names the loops there are when one is not there', async () => {
    const { stderr, code } = await here.rondo('runs', 'iterations', 'last', 'eech');
    expect(code).toBe(2);
    expect(stderr).toContain('It has: each.');
  });

  it('exports to ndjson and csv', async () => {
    expect((await here.rondo('runs', 'export', 'last', 'each', '--to', 'out.ndjson')).code).toBe(0);
    const lines = readFileSync(join(here.folder, 'out.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(120);
    expect(JSON.parse(lines[4] ?? '')).toMatchObject({
      index: 4,
      status: 'completed',
      input: [{ n: 4 }],
      output: [{ n: 8 }],
    });
    expect((await here.rondo('runs', 'export', 'last', 'each', '--to', 'out.csv')).code).toBe(0);
    const rows = parse(readFileSync(join(here.folder, 'out.csv'), 'utf8'), { columns: true }) as Record<
      string,
      string
    >[];
    expect(rows[4]).toMatchObject({ index: '4', input: '{"n":4}', output: '{"n":8}', error: '' });
    expect(rows[3]?.status).toBe('failed');
    expect((await here.rondo('runs', 'export', 'last', 'each', '--to', 'out.xls')).code).toBe(2);
  });

  it('does failed iterations again and says how many', async () => {
    const done = await here.rondo('runs', 'redrive', runId, 'each');
    expect(done.stderr).toMatch(/^Put back 1 failed iteration of each\./);
    // It fails again, because its input is the same; the others are not done again.
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toHaveLength(119);
    const none = await here.rondo('runs', 'redrive', runId, 'each', '--status', 'skipped', '--json');
    expect(JSON.parse(none.stdout)).toMatchObject({ redriven: 0 });
  });

  it('begins a new run in the middle of one, and says where it cannot', async () => {
    const done = await here.rondo('runs', 'restart', runId, 'each[100]', '--json');
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    const made = JSON.parse(done.stdout) as { runId: string; output: number[]; loops: object[] };
    expect(made.runId).not.toBe(runId);
    // What failed before that place failed; what comes after it was done again.
    expect(made.output).toHaveLength(119);
    expect(made.loops).toMatchObject([{ path: 'each', total: 120, completed: 119, failed: 1 }]);
    const whole = await here.rondo('runs', 'restart', runId, 'each', '--input', '{"count": 2}');
    expect(JSON.parse(whole.stdout)).toEqual([0, 2]);
    const nowhere = await here.rondo('runs', 'restart', runId, 'eech');
    expect([nowhere.code, nowhere.stderr]).toMatchObject([expect.any(Number), /no step eech/]);
    expect(nowhere.code).not.toBe(0);
    expect((await here.rondo('runs', 'restart', runId, 'each[')).stderr).not.toBe('');
  });

  it('refuses to cancel what has ended, and says which runs do not exist', async () => {
    expect(await here.rondo('runs', 'cancel', 'last')).toMatchObject({ code: 1 });
    expect(await here.rondo('runs', 'show', 'zzz')).toMatchObject({ code: 2 });
  });
});

describe('rondo check', () => {
  it('accepts a good file, refuses a bad one with a place', async () => {
    expect(await here.rondo('check', 'doubles.yaml')).toMatchObject({ code: 0, stdout: 'doubles.yaml: no problems\n' });
    here.write('bad.yaml', DOUBLES.replace('after: start', 'after: strat'));
    const done = await here.rondo('check', 'bad.yaml', 'doubles.yaml');
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/bad\.yaml:\d+:\d+: error: /);
    const listed = JSON.parse((await here.rondo('check', 'bad.yaml', '--json')).stdout) as { diagnostics: object[] };
    expect(listed.diagnostics[0]).toMatchObject({
      file: 'bad.yaml',
      severity: 'error',
      code: 'unknown-node',
      line: expect.any(Number),
    });
  });
});

it('rondo plan prints a tree', async () => {
  const done = await here.rondo('plan', 'doubles.yaml');
  expect(done.code).toBe(0);
  expect(done.stdout).toMatch(/each/);
  expect(done.stdout).toMatch(/\n\s+.*double/);
});

describe('rondo nodes', () => {
  it('lists types and shows one with its parameters and examples', async () => {
    expect((await here.rondo('nodes')).stdout).toMatch(/^Triggers\n(?: .*\n)* {2}manual/m);
    const one = await here.rondo('nodes', 'set');
    expect(one.stdout).toMatch(/PARAMETER +TYPE +DEFAULT +MEANING/);
    expect(one.stdout).toContain('type: set');
    expect(await here.rondo('nodes', 'for-eahc')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('for-each'),
    });
  });
});

it('rondo doctor finds a good installation in order', async () => {
  const done = await here.rondo('doctor');
  expect(done.stdout).toMatch(/^ok {2}node/);
  expect(done.stdout).toContain('its rows fit their checksums');
  expect(done).toMatchObject({ code: 0, stderr: '' });
});

it('rondo start runs an example and says what to do next', async () => {
  const done = await here.rondo('start', 'hello');
  expect(done.code).toBe(0);
  expect(done.stderr).toContain('npx rondo run');
  expect(done.stderr).toContain('npx rondo runs show last');
  expect((await here.rondo('start', 'nothing-of-this-name')).stderr).toMatch(/There are: 01-hello/);
});

it('rondo start starts the studio, with a workflow that is there to run', async () => {
  const fresh = place();
  try {
    fresh.write('rondo.config.json', '{ "port": 0 }');
    const { child, ended, said } = fresh.start('start');
    await said(/To become its owner, open http:\S+\/setup\?token=/);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Rondo serves http:\/\/127/) });
    expect(existsSync(join(fresh.folder, '.rondo', 'workflows', 'say-hello.yaml'))).toBe(true);
  } finally {
    fresh.remove();
  }
}, 120_000);
