/**
 * Owns the promise that every example works as it says: each is run through the command line, as
 * a person would, and compared with its expected.json. Resuming has a test of its own here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { argumentsOf, EXAMPLES, Place, rondo, startServer, written, type Case } from './case.ts';
import type { Service } from './servers/serve.ts';

interface Result {
  runId: string;
  status: string;
  output: unknown;
  error: Record<string, unknown> | null;
  loops: { path: string }[];
  diagnostics?: unknown[];
}

const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^(\d\d|ai)-/.test(entry.name))
  .map((entry) => entry.name)
  .sort();

function casesOf(example: string): Case[] {
  return (JSON.parse(readFileSync(join(EXAMPLES, example, 'expected.json'), 'utf8')) as { cases: Case[] }).cases;
}

async function check(example: string, one: Case): Promise<void> {
  using place = new Place();
  const server: Service | null = one.run.server === undefined ? null : await startServer(one.run.server);
  try {
    const outcome = await rondo(await argumentsOf(example, one, place, server)).ended;
    const { expect: wanted } = one;
    const result = JSON.parse(outcome.stdout || '{}') as Result;
    const facts = {
      exit: outcome.exit,
      status: result.status,
      error: result.error ?? null,
      diagnostics: result.diagnostics,
    };
    expect(facts, outcome.stderr).toMatchObject({
      exit: wanted.exit,
      ...(wanted.status === undefined ? {} : { status: wanted.status }),
      error: wanted.error ?? null,
      ...(wanted.diagnostics === undefined ? {} : { diagnostics: wanted.diagnostics }),
    });
    if ('output' in wanted) expect(result.output).toEqual(wanted.output);
    for (const [path, counts] of Object.entries(wanted.loops ?? {})) {
      expect(
        result.loops.find((loop) => loop.path === path),
        `loop ${path}`,
      ).toMatchObject(counts);
    }
    if (wanted.served !== undefined) expect(server?.facts()).toMatchObject(wanted.served);
    for (const [file, text] of Object.entries(wanted.files ?? {})) expect(written(place, file)).toBe(text);
  } finally {
    await server?.close();
  }
}

describe.each(examples)('%s', (example) => {
  it.each(casesOf(example).map((one) => [one.name, one] as const))('%s', (_name, one) => check(example, one), 60_000);
});

describe('15-resume', () => {
  it('goes on after an interruption and repeats no finished call', async () => {
    using place = new Place();
    const server = await startServer('items');
    try {
      const one: Case = { name: '', run: { server: 'items', input: { count: 60 } }, expect: { exit: 0 } };
      const first = rondo(await argumentsOf('15-resume', one, place, server));
      while (Number(server.facts().requests) < 10) await new Promise((resolve) => setImmediate(resolve));
      first.child.kill('SIGINT');
      const interrupted = await first.ended;
      expect(interrupted.exit).toBe(130);
      const { runId, status } = JSON.parse(interrupted.stdout) as Result;
      expect(status).toBe('waiting');
      expect(interrupted.stderr).toContain(`--resume ${runId}`);
      expect(Number(server.facts().requests)).toBeLessThan(60);

      const second = await rondo(['run', '--resume', runId, '--json', '--db', place.database]).ended;
      expect(second.exit, second.stderr).toBe(0);
      expect(JSON.parse(second.stdout)).toMatchObject({ runId, status: 'completed', output: 60 });
      expect(server.facts()).toEqual({ items: 60, requests: 60 });
    } finally {
      await server.close();
    }
  }, 60_000);
});
