/** End-to-end tests of `rondo run`: streams, options, exit codes, as processes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOUBLES, place } from '../testing/process.ts';

const here = place();
beforeAll(() => {
  here.write('doubles.yaml', DOUBLES);
});
afterAll(() => here.remove());

function json(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe('rondo run', () => {
  it('prints the result on stdout, the summary on stderr', async () => {
    const done = await here.rondo('run', 'doubles.yaml');
    expect(done).toMatchObject({ code: 0, stdout: '[0,2,4,6,8,10,12,14,16,18]\n' });
    expect(done.stderr).toMatch(/^Completed in .*10 iterations.*\n {2}each {2}10 completed/);
  });

  it('takes input as text, from a file and from stdin', async () => {
    here.write('input.json', '{"count": 2}');
    for (const end of [
      await here.rondo('run', 'doubles.yaml', '--input', '{"count": 2}', '--quiet'),
      await here.rondo('run', 'doubles.yaml', '--input', '@input.json', '--quiet'),
      await here.rondoWith('{"count": 2}', 'run', 'doubles.yaml', '--input', '-', '--quiet'),
    ]) {
      expect(end).toEqual({ code: 0, stdout: '[0,2]\n', stderr: '' });
    }
  });

  it('gives one object with --json, its loops and nodes, and keeps the run', async () => {
    const done = await here.rondo('run', 'doubles.yaml', '--json', '--input', '{"count": 3, "bad": 1}');
    expect(done.code).toBe(0);
    const result = json(done.stdout);
    expect(result).toMatchObject({
      status: 'completed',
      output: [0, 4],
      error: null,
      nodes: { each: [[[{ n: 0 }, { n: 4 }]]] },
      loops: [{ path: 'each', node: 'each', total: 3, completed: 2, failed: 1, skipped: 0 }],
    });
    expect(Object.keys(result.stats as object).sort()).toEqual([
      'durationMs',
      'exceptions',
      'iterations',
      'peakRssMb',
      'steps',
      'usage',
    ]);
    const runs = json((await here.rondo('runs', '--json')).stdout).runs as { runId: string }[];
    expect(runs[0]?.runId).toBe(result.runId);
  });

  it('keeps nothing with --db :memory:', async () => {
    const alone = place();
    alone.write('doubles.yaml', DOUBLES);
    expect((await alone.rondo('run', 'doubles.yaml', '--db', ':memory:', '--limit', '3')).stdout).toBe('[0,2,4]\n');
    expect((await alone.rondo('runs', '--json')).stdout).toBe('{"runs":[]}\n');
    alone.remove();
  });

  it('fails with exit code 1, says where, and prints no stack', async () => {
    here.write('stop.yaml', DOUBLES.replace('onError: drop', 'onError: stop'));
    const done = await here.rondo('run', 'stop.yaml', '--input', '{"bad": 3}');
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('Failed in');
    expect(done.stderr).toContain('each[3]');
    expect(done.stderr).not.toMatch(/^\s+at .*\.ts/m);
    const asJson = await here.rondo('run', 'stop.yaml', '--input', '{"bad": 3}', '--json');
    expect(json(asJson.stdout)).toMatchObject({ status: 'failed', error: { message: expect.any(String) } });
  });

  it('refuses an invalid file with exit code 2 and the place of the mistake', async () => {
    here.write('bad.yaml', DOUBLES.replace('for-each', 'for-eech'));
    const done = await here.rondo('run', 'bad.yaml');
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/bad\.yaml:\d+:\d+: error: .*for-eech/);
    const listed = json((await here.rondo('run', 'bad.yaml', '--json')).stdout).diagnostics as { code: string }[];
    expect(listed.map((d) => d.code)).toContain('unknown-node-type');
  });

  it('names the product of a foreign file', async () => {
    here.write('n8n.json', '{"nodes":[],"connections":{}}');
    const done = await here.rondo('run', 'n8n.json');
    expect(done.code).toBe(2);
    expect(done.stderr).toContain('n8n');
  });

  it.each([
    [['run'], 2],
    [['run', 'doubles.yaml', '--limit', 'x'], 2],
    [['run', 'doubles.yaml', '--input', '{'], 2],
    [['run', 'doubles.yaml', '--no-such-option'], 2],
    [['run', 'doubles.yaml', '--db', '/dev/null/x.db'], 3],
    [['run', '--resume', 'nothing'], 2],
    [['convert', 'x'], 2],
  ])('%j ends with %d and one line', async (args, code) => {
    const done = await here.rondo(...args);
    expect(done.code).toBe(code);
    expect(done.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('uses pins instead of running a node', async () => {
    const done = await here.rondo('run', 'doubles.yaml', '--pin', 'each=[{"n":7},{"n":8}]', '--quiet');
    expect(done.stdout).toBe('[7,8]\n');
  });

  it('prints events as lines, the result last', async () => {
    const done = await here.rondo('run', 'doubles.yaml', '--events', '--quiet');
    const events = done.stdout.trimEnd().split('\n').map(json);
    expect(events.at(-1)).toMatchObject({ type: 'result', status: 'completed' });
    expect(events.some((event) => event.type === 'loop')).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('interrupting', () => {
  it('drains, says how to go on, and resuming repeats nothing', async () => {
    const calls: string[] = [];
    let told = (): void => {};
    const some = new Promise<void>((resolve) => {
      told = resolve;
    });
    let open = false;
    const held: (() => void)[] = [];
    const server = createServer((request, response) => {
      calls.push(request.url ?? '');
      const answer = (): void => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ url: request.url }));
      };
      if (open || calls.length <= 5) answer();
      else held.push(answer);
      if (calls.length === 7) told();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    here.write(
      'fetch.yaml',
      `rondo: 1
name: Fetch
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { over: "{{ Array.from({ length: 20 }, (_, i) => ({ n: i })) }}", parallel: 2 }
    body:
      get: { type: http-request, with: { url: "http://127.0.0.1:${port}/{{ $json.n }}" } }
output: "{{ $('each').all().length }}"
`,
    );
    const allow = ['--allow', '127.0.0.1'];
    const first = here.start('run', 'fetch.yaml', ...allow);
    // Five answered, two in flight.
    await Promise.race([some, first.ended.then((end) => Promise.reject(new Error(JSON.stringify(end))))]);
    first.child.kill('SIGINT');
    await first.said(/Stopping/);
    open = true;
    for (const answer of held) answer();
    const end = await first.ended;
    expect(end.code).toBe(130);
    const command = /rondo (run --resume \S+)/.exec(end.stderr)?.[1];
    expect(command).toBeDefined();
    const second = await here.rondo(...(command ?? '').split(' '), ...allow);
    expect(second).toMatchObject({ code: 0, stdout: '20\n' });
    server.close();
    expect(new Set(calls).size).toBe(20);
    expect(calls).toHaveLength(20);
  });
});
