/**
 * Owns a loop that never ran: any length, with failures where a seed puts them, answering as the API does. Everything
 * is computed from the index, so a million costs nothing. For screens and tests of the studio.
 */
import type { Cause, Iteration, IterationRow, Loop, Score } from '@rondo/api/schemas/run.ts';
import { gridOf } from '../score/geometry.ts';

export interface FakeCause {
  id: string;
  message: string;
  node: string;
  pattern: string;
  /** Text of one failure. */
  text(index: number): string;
  fix: string;
  /** Iterations that fail so, sorted. */
  at: number[];
}

export interface FakeSpec {
  path: string;
  title: string;
  total: number | null;
  started: number;
  inFlight: number;
  causes: FakeCause[];
  status?: Loop['status'];
  waiting?: boolean;
  rate?: number | null;
  parallel?: number;
  perSecond?: number | null;
  names?: readonly string[];
  inner?: (index: number) => { path: string; title: string; total: number; failed: number }[];
}

const START = Date.UTC(2026, 10, 21, 11, 8);

/** The same number for the same index: 0 to 1. */
export function noise(index: number, seed = 1): number {
  let t = Math.imul(index ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35);
  t = Math.imul(t ^ (t >>> 15), 1 | t);
  t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const FIRST = [
  'Nordlicht',
  'Casa',
  'Harbor',
  'Okada',
  'Brightwater',
  'Lund',
  'Sorensen',
  'Atelier',
  'Kestrel',
  'Pampa',
  'Vega',
  'Mistral',
  'Halcyon',
];
const SECOND = [
  'Logistik GmbH',
  'Verde S.L.',
  '& Pine Ltd',
  'Precision',
  'Foods',
  'Medico ApS',
  'Marine',
  'Roussel',
  'Analytics',
  'Textiles',
  'Instruments',
  'Conseil',
  'Dental',
];

export class FakeLoop {
  readonly spec: FakeSpec;
  loop: Loop;
  revision = 1;
  private failures = new Map<number, FakeCause>();
  private sorted: number[] = [];

  constructor(spec: FakeSpec) {
    this.spec = spec;
    const rate = spec.rate ?? null;
    this.loop = {
      path: spec.path,
      node: spec.path.split('/').at(-1) ?? spec.path,
      title: spec.title,
      status: spec.status ?? 'running',
      total: spec.total,
      completed: 0,
      failed: 0,
      skipped: 0,
      inFlight: spec.inFlight,
      rate,
      leftMs: rate === null || spec.total === null ? null : ((spec.total - spec.started) / rate) * 1_000,
      startedAt: START,
      durationMs: 10_440_000,
      parallel: spec.parallel ?? 64,
      perSecond: spec.perSecond ?? null,
      defined: null,
    };
    this.count();
  }

  /** Counts anew after the causes or what has started changed. */
  count(): void {
    this.failures.clear();
    for (const cause of this.spec.causes) for (const index of cause.at) this.failures.set(index, cause);
    this.sorted = [...this.failures.keys()].sort((a, b) => a - b);
    const { started, inFlight } = this.spec;
    this.loop = {
      ...this.loop,
      inFlight,
      failed: this.sorted.length,
      completed: started - inFlight - this.sorted.length,
    };
    this.revision += 1;
  }

  statusAt(index: number): IterationRow['status'] {
    if (this.failures.has(index)) return 'failed';
    if (index >= this.spec.started - this.spec.inFlight) return this.spec.waiting === true ? 'waiting' : 'running';
    return 'completed';
  }

  nameAt(index: number): string {
    const { names } = this.spec;
    if (names !== undefined) return names[index % names.length] ?? '';
    return `${FIRST[Math.floor(noise(index, 3) * 13)] ?? ''} ${SECOND[Math.floor(noise(index, 4) * 13)] ?? ''}`;
  }

  row(index: number): IterationRow {
    const status = this.statusAt(index);
    const cause = this.failures.get(index);
    const ended = status === 'completed' || status === 'failed';
    return {
      index,
      status,
      item: this.nameAt(index),
      text:
        cause?.text(index) ??
        (ended ? `{"sector":"logistics","employees":${Math.floor(noise(index, 5) * 900)}}` : 'Ask model'),
      cause: cause?.id ?? null,
      node: cause?.node ?? (ended ? null : 'Ask model'),
      attempts: cause === undefined ? 1 : 3,
      durationMs: cause === undefined ? 400 + noise(index, 6) * 900 : 3_600 + noise(index, 6) * 1_200,
      startedAt: START + index * 14,
    };
  }

  causes(): Cause[] {
    const grid = gridOf(this.spec.total);
    const inColumn = grid.per * grid.rows;
    return this.spec.causes
      .filter((cause) => cause.at.length > 0)
      .map((cause) => {
        const columns = Array.from({ length: grid.columns }, () => 0);
        for (const index of cause.at) {
          const column = Math.floor(index / inColumn);
          columns[column] = (columns[column] ?? 0) + 1;
        }
        const { id, message, node, pattern, at } = cause;
        return { id, message, node, pattern, count: at.length, first: at[0] ?? 0, last: at.at(-1) ?? 0, columns };
      })
      .sort((a, b) => b.count - a.count);
  }

  score(): Score {
    const grid = gridOf(this.spec.total);
    const failed = new Uint32Array(grid.rows * grid.columns);
    for (const index of this.sorted) {
      const cell = Math.floor(index / grid.per);
      failed[cell] = (failed[cell] ?? 0) + 1;
    }
    const { started, inFlight, waiting } = this.spec;
    let binary = '';
    for (let cell = 0; cell < failed.length; cell += 1) {
      const bad = failed[cell] ?? 0;
      const first = cell * grid.per;
      const moving = waiting === true ? 4 : 3;
      const status = bad > 0 ? 5 : first >= started ? 0 : first + grid.per > started - inFlight ? moving : 2;
      binary += String.fromCharCode((status << 4) | (bad === 0 ? 0 : Math.min(15, Math.floor(Math.log2(bad)) + 1)));
    }
    const { inner } = this.spec;
    const inside = inner === undefined ? null : Array.from({ length: started }, (_, index) => inner(index)[0]);
    return {
      revision: this.revision,
      by: 'position',
      ...grid,
      cells: btoa(binary),
      ...(inside === null
        ? {}
        : { inner: inside.map((one) => one?.total ?? 0), innerFailed: inside.map((one) => one?.failed ?? 0) }),
    };
  }

  histogram(): Score {
    const bounds = Array.from({ length: 65 }, (_, at) => 100 * 1.08 ** at);
    const completed = Array.from({ length: 64 }, (_, at) => Math.round(90_000 * Math.exp(-(((at - 26) / 7) ** 2))));
    const failed = Array.from({ length: 64 }, (_, at) => Math.round(180 * Math.exp(-(((at - 47) / 3) ** 2))));
    return { ...this.score(), by: 'duration', bounds, completed, failed };
  }

  byTime(): Score {
    const bounds = Array.from({ length: 251 }, (_, at) => START + at * 41_760);
    return { ...this.score(), by: 'time', bounds };
  }

  /** Iterations that fit, beginning at an index; at most `limit`, looking at no more than `most` rows. */
  page(
    filter: { status?: string; cause?: string; search?: string; minMs?: number; maxMs?: number },
    from: number,
    limit: number,
    most = 400_000,
  ) {
    const { started } = this.spec;
    const items: IterationRow[] = [];
    let index = from;
    let looked = 0;
    const wanted = filter.cause === undefined ? null : this.spec.causes.find((cause) => cause.id === filter.cause);
    const list = wanted?.at ?? (filter.status === 'failed' ? this.sorted : null);
    const text = filter.search?.toLowerCase();
    const fits = (at: number): boolean =>
      (filter.status === undefined || this.statusAt(at) === filter.status) &&
      this.row(at).durationMs >= (filter.minMs ?? 0) &&
      this.row(at).durationMs <= (filter.maxMs ?? Number.POSITIVE_INFINITY) &&
      (text === undefined || this.nameAt(at).toLowerCase().includes(text));
    if (list !== null && list !== undefined) {
      let place = list.findIndex((at) => at >= from);
      if (place < 0) place = list.length;
      for (; place < list.length && items.length < limit; place += 1) {
        const at = list[place] ?? 0;
        if (fits(at)) items.push(this.row(at));
        index = at + 1;
      }
      if (place >= list.length) index = started;
    } else {
      if (filter.status === 'running') index = Math.max(index, started - this.spec.inFlight);
      for (; index < started && items.length < limit && looked < most; index += 1, looked += 1)
        if (fits(index)) items.push(this.row(index));
    }
    return {
      items,
      next: index >= started ? null : `index:${index}`,
      searched: text === undefined ? null : { rows: index, of: this.spec.total },
    };
  }

  neighbours(
    index: number,
    filter: { status?: string; cause?: string },
  ): { previous: number | null; following: number | null } {
    const wanted =
      this.spec.causes.find((cause) => cause.id === filter.cause)?.at ??
      (filter.status === 'failed' ? this.sorted : null);
    if (wanted === null)
      return { previous: index > 0 ? index - 1 : null, following: index + 1 < this.spec.started ? index + 1 : null };
    return {
      previous: wanted.findLast((at) => at < index) ?? null,
      following: wanted.find((at) => at > index) ?? null,
    };
  }

  iteration(index: number, filter: { status?: string; cause?: string }): Iteration {
    const row = this.row(index);
    const cause = this.failures.get(index);
    const inner = this.spec.inner?.(index) ?? [];
    const output = cause?.text(index) ?? {
      sector: 'logistics',
      employees: Math.floor(noise(index, 5) * 900),
      score: 0.83,
    };
    const failure =
      cause === undefined
        ? null
        : { code: 'reply-invalid', message: cause.message, node: cause.node, fix: cause.fix, retry: 'no' as const };
    const ended = row.status === 'completed' || row.status === 'failed';
    return {
      ...row,
      input: [
        {
          json: {
            id: `C-${index}`,
            name: row.item,
            email: `info@${row.item.split(' ')[0]?.toLowerCase() ?? 'x'}.example`,
          },
        },
      ],
      output: cause === undefined && ended ? [output] : [],
      cutAt: null,
      logs:
        cause === undefined
          ? ''
          : 'attempt 1: sent 412 tokens\nattempt 2: sent 412 tokens\nattempt 3: sent 412 tokens\ngave up',
      failure,
      usage: { tokensIn: 412, tokensOut: 61, cost: 0.0004 },
      earlier: [],
      ...this.neighbours(index, filter),
      loops: inner.map((one) => ({
        ...this.loop,
        path: one.path,
        title: one.title,
        total: one.total,
        completed: one.total - one.failed,
        failed: one.failed,
        inFlight: 0,
      })),
      steps: [
        {
          id: 'fetch',
          title: 'Fetch company',
          type: 'http',
          status: 'completed',
          output: [[{ status: 200 }]],
          cut: false,
          failure: null,
          loop: null,
          attempts: [{ number: 1, startMs: 0, durationMs: 212, failed: false }],
        },
        {
          id: 'ask',
          title: 'Ask model',
          type: 'ai',
          status: cause === undefined ? 'completed' : 'failed',
          output: [[output]],
          cut: false,
          failure,
          loop: null,
          arguments: { model: 'small', prompt: `What does ${row.item} do? Answer as JSON.` },
          attempts:
            cause === undefined
              ? [{ number: 1, startMs: 230, durationMs: row.durationMs - 230, failed: false }]
              : [0, 1, 2].map((at) => ({
                  number: at + 1,
                  startMs: 240 + at * 1_350,
                  durationMs: 1_180 + at * 30,
                  failed: true,
                  failure: failure ?? undefined,
                })),
        },
        ...inner.map((one) => ({
          id: 'inner',
          title: one.title,
          type: 'for-each',
          status: 'completed' as const,
          output: null,
          cut: true,
          failure: null,
          loop: one.path,
        })),
        {
          id: 'match',
          title: 'Good match?',
          type: 'if',
          status: cause === undefined ? 'completed' : 'skipped',
          output: null,
          cut: false,
          failure: null,
          loop: null,
        },
      ],
    };
  }
}
