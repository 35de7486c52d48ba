/** Owns tests of the pure parts of the run view: addresses, paths, pages of rows, differences, dials, words. */
import { describe, expect, it } from 'vitest';
import { setLocale } from '../ui/format.ts';
import { FakeLoop, noise } from '../testing/fake-loop.ts';
import { barsOf, durationsOf } from '../score/duration-bars.tsx';
import { filterOf, isFiltered, parseQuery, writeQuery } from './address.ts';
import { litOf, valueWords } from './canvas/lit.ts';
import { sinceWords } from './cause-card.tsx';
import { listOf, nodeOf, sendersOf, toleranceOf } from './definition.ts';
import { shareOf, valueAt } from './dial.tsx';
import { contentOf, differencesOf, inline } from './differences.ts';
import { timesOf } from './earlier.tsx';
import { redoneWords } from './filter-bar.tsx';
import { newestOf } from './follow.tsx';
import { averageWords } from './outer-level.tsx';
import { begun, repeats } from './rerun.ts';
import { type FetchedPage, PAGE, RowWindow } from './row-window.ts';
import { heldWords, levelsOf, withIndex } from './step-path.ts';
import { markWords } from './timeline.tsx';

setLocale('en');

describe('address', () => {
  it('gives back what it was given, and only what differs from the usual', () => {
    const text =
      'status=failed&cause=ab12&q=a+b&sort=duration&rerun=2&min=1.5&max=400&it=701112&with=701111&by=time&step=ask&part=logs&loop=a%5B3%5D%2Fb';
    expect(writeQuery(parseQuery(text))).toBe(text);
    expect(writeQuery(parseQuery(''))).toBe('');
  });
  it('follows the newest, or holds one', () => {
    expect(parseQuery('it=newest')).toMatchObject({ follow: true, it: null });
    expect(writeQuery(parseQuery('it=newest'))).toBe('it=newest');
    expect(parseQuery('it=3')).toMatchObject({ follow: false, it: 2 });
  });
  it('tells the server which iterations, by its own names', () => {
    expect(filterOf(parseQuery('status=failed&min=10&max=20.5&rerun=1'))).toEqual({
      status: 'failed',
      minMs: 10,
      maxMs: 20.5,
      rerun: 1,
    });
    expect(isFiltered(parseQuery('sort=duration&it=4'))).toBe(false);
    expect(parseQuery('min=-1&max=1e9&rerun=0')).toMatchObject({ min: null, max: null, rerun: null });
  });
  it('counts from 1 where people read, from 0 inside', () => expect(parseQuery('it=1').it).toBe(0));
  it.each(['it=0', 'it=-3', 'it=1e9', 'it=x', 'it=', 'it=9999999999999999'])('takes %s for nothing', (text) =>
    expect(parseQuery(text).it).toBeNull(),
  );
  it('takes what it does not know for the usual', () =>
    expect(parseQuery('status=gone&sort=colour&by=weight')).toMatchObject({
      status: null,
      sort: 'position',
      by: 'position',
    }));
});

describe('step paths', () => {
  it('knows the levels of nested loops, and of loops in called workflows', () => {
    expect(levelsOf('site[37]/page[816]/product').map(({ path, index }) => [path, index])).toEqual([
      ['site', 37],
      ['site[37]/page', 816],
      ['site[37]/page[816]/product', null],
    ]);
    expect(levelsOf('each[3]/call/inner').map(({ path }) => path)).toEqual(['each', 'each[3]/call/inner']);
    expect(levelsOf('each')).toHaveLength(1);
  });
  it('leads to the same loop in another iteration', () => {
    expect(withIndex('site[37]/page[816]/product', 0, 5)).toBe('site[5]/page[816]/product');
    expect(withIndex('site[37]/page[816]/product', 1, 5)).toBe('site[37]/page[5]/product');
    expect(withIndex('site[37]/page[816]/product', 2, 5)).toBe('site[37]/page[816]/product');
  });
  it('is written for the panel of a node from 1', () =>
    expect(heldWords('site[37]/page[816]/product', 8)).toBe('38.817.9'));
});

function loopOf(failing: number[], total = 20_000): FakeLoop {
  return new FakeLoop({
    path: 'each',
    title: 'Each',
    total,
    started: total,
    inFlight: 0,
    status: 'completed',
    causes: [{ id: 'a', message: 'no', node: 'n', pattern: 'scattered', text: () => 'no', fix: '', at: failing }],
  });
}

interface Asked {
  cursor: string | undefined;
  limit: number;
}

function windowOf(loop: FakeLoop, filter: { status?: string; search?: string } = {}, most?: number) {
  const asked: Asked[] = [];
  const rows = new RowWindow({
    byPosition: true,
    dense: filter.status === undefined && filter.search === undefined,
    spread: () => loop.spec.started / Math.max(1, loop.loop.failed),
    started: () => loop.spec.started,
    fetch: async (cursor, limit, signal): Promise<FetchedPage> => {
      asked.push({ cursor, limit });
      signal.throwIfAborted();
      await Promise.resolve();
      return loop.page(filter, Number(cursor?.slice(6) ?? 0), limit, most);
    },
  });
  return { rows, asked, indices: () => rows.getState().rows.map((row) => row.index) };
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe('rows of the table', () => {
  it('has a page, then the next, and never more than three', async () => {
    const { rows, indices } = windowOf(loopOf([]));
    await rows.jump(0);
    expect(indices()).toEqual(upTo(0, 100));
    for (let page = 0; page < 6; page += 1) await rows.extendDown();
    expect(indices()).toEqual(upTo(400, 700));
    expect(rows.getState()).toMatchObject({ atStart: false, atEnd: false });
    for (let page = 0; page < 4; page += 1) await rows.extendUp();
    expect(indices()).toEqual(upTo(0, 300));
    expect(rows.getState().atStart).toBe(true);
  });

  it('knows the numbers of rows before they arrive', async () => {
    const { rows, indices } = windowOf(loopOf([]));
    const arriving = rows.jump(12_345);
    expect(indices()).toEqual(upTo(12_345, 12_445));
    expect(rows.getState().rows.every(({ row }) => row === null)).toBe(true);
    await arriving;
    expect(rows.getState().rows.every(({ row }) => row !== null)).toBe(true);
  });

  it('goes backwards in a filter without losing or doubling a row, wherever failures lie', async () => {
    const burst = upTo(3_000, 3_900);
    const loose = [17, 18, 9_000, 15_000, 15_001, 19_999];
    const failing = [...loose.slice(0, 2), ...burst, ...loose.slice(2)];
    const { rows, indices } = windowOf(loopOf(failing), { status: 'failed' });
    await rows.jump(15_000);
    const seen = new Set(indices());
    while (!rows.getState().atStart) {
      await rows.extendUp();
      const now = indices();
      expect(now).toEqual([...now].sort((a, b) => a - b));
      expect(new Set(now).size).toBe(now.length);
      for (const index of now) seen.add(index);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(failing);
  });

  it('joins pages without a gap when it turns round', async () => {
    const failing = upTo(0, 20_000).filter((index) => noise(index, 7) < 0.06);
    const { rows, indices } = windowOf(loopOf(failing), { status: 'failed' });
    await rows.jump(10_000);
    for (const step of ['down', 'down', 'down', 'up', 'up', 'down', 'up', 'up', 'up', 'down']) {
      await (step === 'down' ? rows.extendDown() : rows.extendUp());
      const now = indices();
      const from = failing.indexOf(now[0] ?? -1);
      expect(now).toEqual(failing.slice(from, from + now.length));
    }
  });

  it('searches on until a page is full or all was looked at, and says how far', async () => {
    const loop = loopOf([]);
    const { rows, asked } = windowOf(loop, { search: 'kestrel dental' }, 1_000);
    await rows.jump(0);
    const { searched, rows: found } = rows.getState();
    expect(asked.length).toBeGreaterThan(5);
    expect(found.length).toBe(Math.min(PAGE, found.length));
    expect(searched?.found).toBe(found.length);
    expect(searched?.rows).toBeGreaterThan(1_000);
  });

  it('keeps what a search has found when it is stopped', async () => {
    const { rows, indices } = windowOf(loopOf([]), { search: 'kestrel' }, 500);
    const searching = rows.jump(0);
    await new Promise<void>((resolve) => {
      const stop = rows.subscribe(() => {
        if (indices().length === 0) return;
        stop();
        rows.stop();
        resolve();
      });
    });
    await searching;
    expect(rows.getState()).toMatchObject({ loading: false, error: null });
    expect(indices().length).toBeGreaterThan(0);
  });

  it('says what went wrong and goes on when asked again', async () => {
    let broken = true;
    const rows = new RowWindow({
      byPosition: true,
      dense: true,
      spread: () => 1,
      started: () => 3,
      fetch: async () => {
        if (broken) throw new TypeError('fetch failed');
        return loopOf([], 3).page({}, 0, 100);
      },
    });
    await rows.jump(0);
    expect(rows.getState().error?.message).toBe('fetch failed');
    broken = false;
    await rows.reload();
    expect(rows.getState()).toMatchObject({ error: null, atStart: true, atEnd: true });
  });
});

describe('differences', () => {
  it('puts what differs first and counts what does not', () => {
    const left = { price: 'auf Anfrage', name: 'Lamp', tags: [1, 2], gone: true };
    const right = { price: 1249, name: 'Lamp', tags: [1, 3], more: null };
    const { different, equal } = differencesOf(left, right);
    expect(different.map(({ path, only }) => [path, only])).toEqual([
      ['price', null],
      ['tags[1]', null],
      ['gone', 'left'],
      ['more', 'right'],
    ]);
    expect(equal.map(({ path }) => path)).toEqual(['name', 'tags[0]']);
  });
  it('takes names of prototypes for names, and does not read without end', () => {
    const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as unknown;
    expect(differencesOf(hostile, {}).different.map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
    expect(differencesOf(upTo(0, 5_000), upTo(1, 5_001)).cut).toBe(true);
  });
  it('shows items by their content and long values cut', () => {
    expect(contentOf({ json: { a: 1 } })).toEqual({ a: 1 });
    expect(contentOf({ json: { a: 1 }, binary: {} })).toEqual({ json: { a: 1 }, binary: {} });
    expect(inline('x'.repeat(500))).toHaveLength(200);
  });
});

describe('words and values', () => {
  it('says what a re-run may repeat', () => {
    expect(repeats({ count: 612, mayRepeat: 12 })).toBe(
      '12 of these 612 may already have sent their request. Run again?',
    );
    expect(repeats({ count: 1, mayRepeat: 1 })).toBe('It may already have sent its request. Run again?');
    expect(begun({ count: 1, mayRepeat: 0 })).toBe('1 iteration runs again.');
  });
  it('gives small values of a dial as much room as large ones, and leads back', () => {
    for (const value of [1, 2, 10, 64, 256])
      expect(Math.abs(valueAt(shareOf(value, 256), 256) - value)).toBeLessThanOrEqual(1);
    expect(shareOf(1_000, 256)).toBe(1);
  });
  it('says since when a cause is seen', () => {
    const loop = loopOf([100, 200, 300]).loop;
    const cause = {
      id: 'a',
      message: 'no',
      node: null,
      count: 3,
      first: 100,
      last: 300,
      columns: [],
      pattern: 'scattered',
    };
    expect(sinceWords(cause, 100, loop)).toMatch(/^First seen here, and in/);
    expect(sinceWords(cause, 300, loop)).toMatch(/^First seen in iteration 101, in/);
  });
  it('reads limits out of the definition, also of loops inside loops', () => {
    const definition = {
      nodes: {
        each: { type: 'for-each', body: { inner: { loop: { over: '{{ $json.list }}', tolerate: { share: 0.05 } } } } },
      },
    };
    expect(toleranceOf(definition, 'inner')).toEqual({ count: null, share: 0.05 });
    expect(listOf(definition, 'inner')).toBe('{{ $json.list }}');
    expect(nodeOf(definition, 'constructor')).toBeNull();
    expect(toleranceOf(null, 'each')).toBeNull();
  });
});

describe('following', () => {
  const loop = { completed: 90, failed: 10, skipped: 0, inFlight: 8 };
  const causes = [
    { id: 'a', last: 40 },
    { id: 'b', last: 77 },
  ];
  const newest = (search: string): number | null => newestOf(loop, parseQuery(search), causes);
  it('knows the newest of what the filter shows, as far as counts say', () => {
    expect(newest('')).toBe(99);
    expect(newest('status=running')).toBe(107);
    expect(newest('status=failed')).toBe(77);
    expect(newest('status=failed&cause=a')).toBe(40);
    expect(newest('q=text')).toBeNull();
    expect(newest('rerun=1')).toBeNull();
    expect(newestOf({ completed: 0, failed: 0, skipped: 0, inFlight: 2 }, parseQuery(''), [])).toBeNull();
  });
});

describe('ranges of durations', () => {
  const bounds = [1, 2, 4, 8, 16];
  it('are open where they reach the end of the picture', () => {
    expect(durationsOf(bounds, [1, 2])).toEqual({ min: 2, max: 8 });
    expect(durationsOf(bounds, [0, 2])).toEqual({ min: null, max: 8 });
    expect(durationsOf(bounds, [2, 3])).toEqual({ min: 4, max: null });
  });
  it('lead back to the same bars', () => {
    for (const range of [
      [1, 2],
      [0, 1],
      [3, 3],
    ] as const) {
      const { min, max } = durationsOf(bounds, range);
      expect(barsOf(bounds, min, max)).toEqual(range);
    }
    expect(barsOf(bounds, null, null)).toBeNull();
    expect(barsOf([], 1, 2)).toBeNull();
  });
});

describe('re-runs', () => {
  it('says what became of the newest', () => {
    const rerun = { number: 2, at: 0, by: 'Ana', count: 318, now: { completed: 311, failed: 7, other: 0 } };
    expect(redoneWords(rerun)).toBe('Re-run 2: 311 completed, 7 failed again');
    expect(redoneWords({ ...rerun, now: null })).toBe('Re-run 2: 318');
  });
  it('lists first run, re-run 1, re-run 3 of an iteration that the second did not touch', () => {
    const before = { status: 'failed', attempts: 1, startedAt: 0, durationMs: 5, message: 'no' } as const;
    const times = timesOf({
      earlier: [
        { ...before, rerun: 1 },
        { ...before, rerun: 3 },
      ],
      status: 'completed',
      failure: null,
      attempts: 1,
      durationMs: 9,
    });
    expect(times.map(({ title, status }) => `${title} ${status}`)).toEqual([
      'first run failed',
      're-run 1 failed',
      're-run 3 completed',
    ]);
  });
});

describe('timeline and nested loops in words', () => {
  const mark = { at: 0, who: 'Ana', path: 'each', detail: {} };
  const titles = new Map([['each', 'Each customer']]);
  it.each([
    [{ ...mark, what: 'pause', path: null }, 'Paused by Ana.'],
    [{ ...mark, what: 'taken-over', who: null, path: null }, 'A runner stopped. Another one took over.'],
    [
      { ...mark, what: 'rerun', detail: { count: 318, version: 13 } },
      '318 of Each customer run again by Ana, with version 13.',
    ],
    [
      { ...mark, what: 'limits', detail: { parallel: 32, perSecond: null } },
      'Limits of Each customer changed by Ana: parallel 32, rate put back.',
    ],
  ] as const)('%j', (one, words) => expect(markWords(one, titles)).toBe(words));
  it('averages over those that hold something', () => {
    expect(averageWords([0, 12, 13])).toBe('13');
    expect(averageWords([3, 4, 0])).toMatch(/^3[.,]5$/);
  });
});

describe('the way of an iteration on the canvas', () => {
  const node = (id: string, parent: string | null) => ({ id, parent }) as never;
  const edge = (id: string, kind: string, source: string, target: string, sourceHandle = 'out:') =>
    ({ id, kind, source, target, sourceHandle }) as never;
  const step = (id: string, status: string, output: unknown[][] | null) => ({ id, status, output }) as never;
  const scene = {
    nodes: [node('each', null), node('ask', 'each'), node('yes', 'each'), node('no', 'each')],
    edges: [
      edge('in', 'entry', 'each', 'ask', 'start'),
      edge('t', 'wire', 'ask', 'yes', 'out:true'),
      edge('f', 'wire', 'ask', 'no', 'out:false'),
      edge('out', 'exit', 'yes', 'each'),
      edge('before', 'wire', 'start', 'each'),
    ],
  };
  it('lights the branch that was taken, with what went along it', () => {
    const lit = litOf({
      scene,
      loop: 'each',
      around: [],
      iteration: {
        status: 'completed',
        input: [{ json: { name: 'Ana' } }],
        output: [],
        steps: [
          step('ask', 'completed', [[{ json: { ok: 1 } }], []]),
          step('yes', 'completed', [['done']]),
          step('no', 'skipped', null),
        ],
      },
      portOf: (_, name) => ['true', 'false'].indexOf(name),
    });
    expect([...lit.nodes.keys()].sort()).toEqual(['ask', 'each', 'yes']);
    expect([...lit.edges]).toEqual([
      ['in', '{"name":"Ana"}'],
      ['t', '{"ok":1}'],
      ['out', 'done'],
    ]);
  });
  it('cuts values at 60 characters and says how many there were', () => {
    expect(valueWords(['x'.repeat(200)])).toHaveLength(60);
    expect(valueWords([{ a: 1 }, { a: 2 }])).toBe('2 × {"a":1}');
    expect(valueWords([])).toBe('');
  });
});

it('knows what a definition sends, and where to, also inside loops', () => {
  const definition = {
    nodes: {
      read: { type: 'http-request', with: { url: 'https://a.example' } },
      each: {
        type: 'for-each',
        body: {
          post: { type: 'http-request', title: 'Post it', with: { method: 'post', url: 'https://b.example' } },
          mail: { type: 'send-email', with: { to: 'ana@example.org' } },
        },
      },
    },
  };
  expect(sendersOf(definition)).toEqual([
    { id: 'post', title: 'Post it', type: 'http-request', where: 'https://b.example', container: 'each', depth: 1 },
    { id: 'mail', title: 'mail', type: 'send-email', where: 'ana@example.org', container: 'each', depth: 1 },
  ]);
  expect(sendersOf({ nodes: 'nothing' })).toEqual([]);
});
