/** Tests of progress.ts with a clock in hand: rates, bars, how often it writes. */
import { describe, expect, it } from 'vitest';
import { loopRecord } from '../testing/records.ts';
import { recordedTerminal } from '../testing/terminal.ts';
import { barLines, factLine, LoopBoard, ProgressView } from './progress.ts';
import { style } from './style.ts';
import { width } from './text.ts';

describe('LoopBoard', () => {
  it('measures the rate over a sliding window, so that an old speed is forgotten', () => {
    const board = new LoopBoard();
    // 100 a second for 10 s, then 10 a second for 15 s.
    for (let t = 0; t <= 10_000; t += 500) board.update(loopRecord({ total: 10_000, completed: t / 10 }), 5, t);
    expect(board.figures(10_000)[0]?.perSecond).toBeCloseTo(100);
    for (let t = 10_500; t <= 25_000; t += 500) {
      board.update(loopRecord({ total: 10_000, completed: 1_000 + (t - 10_000) / 100 }), 5, t);
    }
    const [figures] = board.figures(25_000);
    expect(figures?.perSecond).toBeCloseTo(10);
    expect(figures?.etaMs).toBeCloseTo(((10_000 - 1_150) / 10) * 1000, -2);
  });

  it('does not take what was done before a resume for speed', () => {
    const board = new LoopBoard();
    board.update(loopRecord({ total: 10_000, completed: 9_000 }), 1, 0);
    board.update(loopRecord({ total: 10_000, completed: 9_010 }), 1, 1_000);
    expect(board.figures(1_000)[0]?.perSecond).toBeCloseTo(10);
  });

  it('falls to nothing when the loop stands still', () => {
    const board = new LoopBoard();
    for (let t = 0; t <= 5_000; t += 1_000) board.update(loopRecord({ completed: t / 100 }), 1, t);
    expect(board.figures(60_000)[0]).toMatchObject({ perSecond: 0, etaMs: null });
  });

  it('keeps only active loops', () => {
    const board = new LoopBoard();
    for (let i = 0; i < 1_000; i += 1) {
      board.update(loopRecord({ path: `outer[${i}]/inner` }), 1, i);
      board.update(loopRecord({ path: `outer[${i}]/inner`, status: 'completed' }), 0, i);
    }
    expect(board.size).toBe(0);
  });
});

it('says the facts in one line', () => {
  const f = { path: 'each', done: 5_210, total: 10_000, failed: 3, inFlight: 50, perSecond: 1204, etaMs: 3_978 };
  expect(factLine(f)).toBe('each: 5,210 of 10,000 (52 %), 3 failed, 50 in flight, 1,204/s, 4.0 s left');
  expect(factLine({ ...f, total: null, failed: 0, inFlight: 0, perSecond: null, etaMs: null })).toBe(
    'each: 5,210 done',
  );
});

it('fits bars into any width and aligns them', () => {
  const figures = [
    { path: 'each', done: 5, total: 10, failed: 1, inFlight: 2, perSecond: 3, etaMs: 2_000 },
    { path: 'outer[3]/inner', done: 1_000, total: 2_000, failed: 0, inFlight: 0, perSecond: null, etaMs: null },
    { path: 'pages', done: 7, total: null, failed: 0, inFlight: 1, perSecond: 1, etaMs: null },
  ];
  for (const columns of [40, 60, 80, 200]) {
    for (const line of barLines(figures, columns, style(false))) expect(width(line)).toBeLessThan(columns);
  }
  const [first, second] = barLines(figures, 120, style(false));
  expect(first).toContain('━');
  expect(first).toContain('1 failed  2 in flight  3.0/s  ETA 2.0 s');
  expect(first?.indexOf('50 %')).toBe(second?.indexOf('50 %'));
});

describe('ProgressView on a terminal', () => {
  it('redraws in place at most ten times a second and leaves nothing behind', () => {
    const terminal = recordedTerminal({ terminal: true });
    const view = new ProgressView(terminal);
    for (let i = 0; i < 1_000; i += 1) {
      view.handle({ type: 'loop', loop: loopRecord({ total: 1_000, completed: i }), inFlight: 4 });
      terminal.advance(1);
    }
    const draws = terminal.stderr().split('each').length - 1;
    expect(draws).toBeGreaterThanOrEqual(9);
    expect(draws).toBeLessThanOrEqual(11);
    view.finish();
    expect(terminal.stderr().endsWith('\u001b[1A\r\u001b[J')).toBe(true);
    terminal.advance(5_000);
    expect(terminal.stderr().split('each').length - 1).toBe(draws);
  });

  it('shows the first loops and says how many more there are', () => {
    const terminal = recordedTerminal({ terminal: true });
    const view = new ProgressView(terminal);
    for (let i = 0; i < 30; i += 1)
      view.handle({ type: 'loop', loop: loopRecord({ path: `o[${i}]/in` }), inFlight: 1 });
    terminal.advance(1_000);
    expect(terminal.stderr()).toContain('and 22 more loops');
  });

  it('escapes names and log lines', () => {
    const terminal = recordedTerminal({ terminal: true });
    const view = new ProgressView(terminal);
    view.handle({ type: 'log', node: 'code', line: 'clear \u001b[2J me' });
    expect(terminal.stderr()).toBe('code: clear \\u001b[2J me\n');
  });
});

describe('ProgressView without a terminal', () => {
  it('says a line after 2 s, then every 10 s', () => {
    const terminal = recordedTerminal();
    const view = new ProgressView(terminal);
    const lines: number[] = [];
    for (let t = 0; t < 35_000; t += 100) {
      view.handle({ type: 'loop', loop: loopRecord({ total: 1_000, completed: t / 100 }), inFlight: 1 });
      terminal.advance(100);
      const n = terminal.stderr().split('\n').length - 1;
      if (n > lines.length) lines.push(t + 100);
    }
    expect(lines).toEqual([2_000, 12_000, 22_000, 32_000]);
    expect(terminal.stderr()).not.toContain('\u001b');
    view.finish();
  });

  it('says once that the database cannot be written, and that it can again', () => {
    const terminal = recordedTerminal();
    const view = new ProgressView(terminal);
    view.handle({ type: 'stalled', message: 'disk full' });
    view.handle({ type: 'stalled', message: 'disk full' });
    view.handle({ type: 'unstalled' });
    expect(terminal.stderr()).toBe(
      'The database cannot be written (disk full). The run waits and goes on by itself.\n' +
        'The database can be written again; the run goes on.\n',
    );
  });

  it('shows some log lines a second and counts the rest', () => {
    const terminal = recordedTerminal();
    const view = new ProgressView(terminal);
    for (let i = 0; i < 500; i += 1) view.handle({ type: 'log', node: 'code', line: `line ${i}` });
    view.finish();
    expect(terminal.stderr().split('\n')).toHaveLength(20 + 1 + 1);
    expect(terminal.stderr()).toContain('(480 more log lines; kept with the iterations)');
  });
});

it('shows the text of an answer as it comes, and nothing in the middle of its lines', () => {
  const terminal = recordedTerminal({ terminal: false });
  const view = new ProgressView(terminal);
  view.handle({ type: 'answer', text: 'Once upon' });
  view.handle({ type: 'answer', text: ' a \u001b[2Jtime\n' });
  view.handle({ type: 'answer', text: 'there was' });
  view.handle({ type: 'log', node: 'code', line: 'x' });
  view.finish();
  expect(terminal.stderr()).toMatch(/^Once upon a \S*time\nthere was\ncode: x\n$/);
  expect(terminal.stderr()).not.toContain('\u001b');
});
