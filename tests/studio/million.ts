/**
 * Owns a run of a million iterations that lies in a data folder as if it had just ended: rows, causes and score written
 * through the store, as a runner writes them. Every failure has a reason and a place, so that tests can look for it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '@rondo/core/engine/cause.ts';
import { failure } from '@rondo/core/errors.ts';
import type { IterationRow } from '@rondo/core/ports.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';

export const MILLION = 1_000_000;
export const MILLION_RUN = 'r7k4qmillion';
export const MILLION_WORKFLOW = 'enrich-customers';

const DEFINITION = `rondo: 1
id: ${MILLION_WORKFLOW}
name: Enrich customers
inputs:
  customers: { type: array, default: [] }
nodes:
  start: { type: manual, title: Start }
  each:
    type: for-each
    title: Enrich each customer
    after: start
    loop: { over: "{{ $vars.customers }}", parallel: 64, onError: 'null' }
    body:
      fetch:
        type: http-request
        title: Fetch company
        with: { url: "https://directory.example/companies/{{ $json.id }}" }
      ask:
        type: set
        title: Ask model
        after: fetch
        with:
          fields:
            sector: "{{ JSON.parse($json.body.reply).sector }}"
output: "{{ $('each').all().length }}"
`;

/** Without a rhythm, and always the same. */
const chance = (index: number): number => Math.imul(index ^ (index >>> 9), 0x9e37_79b1) >>> 8;

/** Why an iteration failed; null: it did not. Bursts, a stretch that goes on to the end, and here and there. */
export function reasonOf(index: number): string | null {
  const inBurst = [
    [176_000, 192_000],
    [398_000, 409_000],
    [612_000, 617_000],
  ].some(([from = 0, to = 0]) => index >= from && index < to);
  if (inBurst && chance(index) % 53 === 0) return '429 Too Many Requests';
  if (index >= 980_000 && chance(index) % 61 === 0) return 'Reply is not valid JSON';
  if (chance(index) % 4_999 === 17) return 'email is empty';
  if (index >= 550_500 && index < 554_500 && chance(index) % 69 === 0) return 'No answer within 30 s';
  if (index === 1_234) return 'Unexpected field in row';
  return null;
}

const NAMES = [
  'Nordlicht Logistik',
  'Casa Verde',
  'Harbor & Pine',
  'Okada Precision',
  'Brightwater Foods',
  'Lund Medico',
];
export const nameOf = (index: number): string => `${NAMES[index % NAMES.length]} ${index + 1}`;

const PER_COMMIT = 10_000;
const HOUR = 3_600_000;

/** Into a data folder that no server uses yet. */
export async function writeMillion(folder: string, total = MILLION): Promise<void> {
  const workflows = join(folder, 'workflows');
  mkdirSync(workflows, { recursive: true });
  const file = join(workflows, `${MILLION_WORKFLOW}.yaml`);
  writeFileSync(file, DEFINITION);
  const store = await openStore(join(folder, 'rondo.db'));
  const ended = Date.now() - 60_000;
  const begun = ended - 3 * HOUR;
  const durationMs = ended - begun;
  const run = MILLION_RUN;
  const options = JSON.stringify({ file, input: { since: '2026-11-01' } });
  await store.createRun({ id: run, workflow: 'Enrich customers', definition: DEFINITION, options, createdAt: begun });
  const lease = await store.claim(run, 'tests', HOUR);
  if (lease === null) throw new Error('The run is held by somebody else.');
  const causes = new Map<string, string>();
  const rowOf = (index: number): IterationRow => {
    const reason = reasonOf(index);
    const trouble = reason === null ? null : failure('node-failed', reason, { node: 'ask', item: index });
    if (reason !== null && trouble !== null && !causes.has(reason)) causes.set(reason, fingerprint(trouble).id);
    return {
      loop: 1,
      index,
      status: trouble === null ? 'completed' : 'failed',
      input: `{"id":${index},"name":"${nameOf(index)}"}`,
      output: trouble === null ? `{"id":${index},"sector":"food"}` : '',
      steps: '',
      logs: '',
      failure: trouble,
      cause: reason === null ? null : (causes.get(reason) ?? null),
      attempts: trouble === null ? 1 : 3,
      usage: null,
      losses: 0,
      startedAt: begun + Math.floor((index / total) * durationMs),
      durationMs: trouble === null ? 690 + ((index * 7) % 40) : 4_100,
    };
  };
  let failed = 0;
  for (let from = 0; from < total; from += PER_COMMIT) {
    const to = Math.min(total, from + PER_COMMIT);
    const rows = Array.from({ length: to - from }, (_, at) => rowOf(from + at));
    failed += rows.filter(({ status }) => status === 'failed').length;
    const counts = { total, completed: to - failed, failed, skipped: 0, cursor: to };
    const loop = {
      key: 1,
      path: 'each',
      node: 'each',
      ...counts,
      carry: null,
      tally: '',
      startedAt: begun,
      durationMs,
    };
    await store.commit({
      lease,
      now: ended,
      loops: [{ ...loop, status: to === total ? 'completed' : 'running' }],
      rows,
      ...(to === total
        ? { run: { status: 'completed', output: String(total), startedAt: begun, finishedAt: ended } }
        : { run: { status: 'running', startedAt: begun } }),
    });
  }
  await store.close();
}
