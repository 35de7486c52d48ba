/**
 * Owns the live view of a run on stderr: one line per active loop, redrawn in place on a terminal,
 * a line now and then elsewhere. Keeps only active loops, so its size does not grow with the run.
 * Does not know the engine; it is fed with Progress values.
 */
import type { Progress } from '@rondo/runtime/api.ts';
import type { LoopRecord } from '@rondo/core/ports.ts';
import type { Terminal } from '../terminal.ts';
import { count, duration, percent, plural, rate } from './format.ts';
import type { Style } from './style.ts';
import { cut, padEnd, padStart, printable, printableLines } from './text.ts';

const WINDOW_MS = 10_000;
const SAMPLE_MS = 100;
const FRAME_MS = 100;
const IDLE_FRAME_MS = 1_000;
const FIRST_LINE_MS = 2_000;
const NEXT_LINE_MS = 10_000;
const BAR = 24;
const MOST_LINES = 8;
const LOG_LINES_PER_SECOND = 20;

interface Watched {
  loop: LoopRecord;
  inFlight: number;
  /** [time, settled] within the window, oldest first. */
  samples: [number, number][];
}

/** Figures of one loop at one moment. */
export interface LoopFigures {
  path: string;
  done: number;
  total: number | null;
  failed: number;
  inFlight: number;
  /** Per second over the last 10 s; null until there is something to measure. */
  perSecond: number | null;
  etaMs: number | null;
}

export function settled(loop: LoopRecord): number {
  return loop.completed + loop.failed + loop.skipped;
}

/** The active loops and their rates. Pure: time comes in. */
export class LoopBoard {
  readonly #loops = new Map<string, Watched>();

  update(loop: LoopRecord, inFlight: number, at: number): void {
    if (loop.status !== 'running' && loop.status !== 'waiting') {
      this.#loops.delete(loop.path);
      return;
    }
    let watched = this.#loops.get(loop.path);
    if (watched === undefined) {
      watched = { loop, inFlight, samples: [[at, settled(loop)]] };
      this.#loops.set(loop.path, watched);
      return;
    }
    watched.loop = loop;
    watched.inFlight = inFlight;
    const last = watched.samples.at(-1);
    if (last === undefined || at - last[0] >= SAMPLE_MS) watched.samples.push([at, settled(loop)]);
  }

  get size(): number {
    return this.#loops.size;
  }

  figures(at: number): LoopFigures[] {
    return [...this.#loops.values()].map((watched) => {
      const done = settled(watched.loop);
      const perSecond = speed(watched, done, at);
      const left = watched.loop.total === null ? null : watched.loop.total - done;
      return {
        path: watched.loop.path,
        done,
        total: watched.loop.total,
        failed: watched.loop.failed,
        inFlight: watched.inFlight,
        perSecond,
        etaMs: left === null || perSecond === null || perSecond <= 0 ? null : (left / perSecond) * 1000,
      };
    });
  }
}

function speed(watched: Watched, done: number, at: number): number | null {
  const { samples } = watched;
  // The newest sample outside the window stays: it is where the window starts.
  while (samples.length > 1 && (samples[1]?.[0] ?? at) <= at - WINDOW_MS) samples.shift();
  const first = samples[0];
  if (first === undefined || at - first[0] < SAMPLE_MS) return null;
  return ((done - first[1]) / (at - first[0])) * 1000;
}

/** `each: 5,210 of 10,000 (52 %), 3 failed, 50 in flight, 1,204/s, 4 s left`. */
export function factLine(f: LoopFigures): string {
  const parts = [
    f.total === null ? `${count(f.done)} done` : `${count(f.done)} of ${count(f.total)} (${percent(f.done, f.total)})`,
  ];
  if (f.failed > 0) parts.push(`${count(f.failed)} failed`);
  if (f.inFlight > 0) parts.push(`${count(f.inFlight)} in flight`);
  if (f.perSecond !== null) parts.push(rate(f.perSecond));
  if (f.etaMs !== null && f.etaMs > 0) parts.push(`${duration(f.etaMs)} left`);
  return `${printable(f.path)}: ${parts.join(', ')}`;
}

/** Lines with bars, aligned with one another, not wider than `columns`. */
export function barLines(all: readonly LoopFigures[], columns: number, s: Style): string[] {
  const nameSize = Math.min(30, Math.max(...all.map((f) => printable(f.path).length)));
  const doneSize = Math.max(...all.map((f) => doneText(f).length));
  return all.map((f) => {
    const name = padEnd(cut(printable(f.path), nameSize), nameSize);
    const facts: string[] = [];
    if (f.failed > 0) facts.push(`${count(f.failed)} failed`);
    if (f.inFlight > 0) facts.push(`${count(f.inFlight)} in flight`);
    if (f.perSecond !== null) facts.push(rate(f.perSecond));
    if (f.etaMs !== null && f.etaMs > 0) facts.push(`ETA ${duration(f.etaMs)}`);
    const done = padStart(doneText(f), doneSize);
    const share = f.total === null || f.total === 0 ? null : f.done / f.total;
    const tail = `${padStart(share === null ? '' : percent(f.done, f.total ?? 0), 5)}  ${done}  `;
    // What does not fit goes in this order: the bar, then the last facts.
    const barRoom = columns - 1 - nameSize - tail.length - 4 - facts.join('  ').length;
    const size = Math.min(BAR, barRoom);
    const bar = size >= 6 ? `  ${drawBar(share, size, s)}` : '';
    const used = nameSize + tail.length + 2 + (size >= 6 ? size + 2 : 0);
    const shown = cut(facts.join('  '), Math.max(0, columns - 1 - used));
    const failed = f.failed > 0 ? `${count(f.failed)} failed` : '';
    const painted = failed !== '' && shown.startsWith(failed) ? s.red(failed) + shown.slice(failed.length) : shown;
    return `${s.bold(name)}${bar}  ${tail}${painted}`.trimEnd();
  });
}

function doneText(f: LoopFigures): string {
  return f.total === null ? `${count(f.done)} done` : `${count(f.done)}/${count(f.total)}`;
}

function drawBar(share: number | null, size: number, s: Style): string {
  if (share === null) return s.dim('·'.repeat(size));
  const full = Math.min(size, Math.floor(share * size));
  return s.green('━'.repeat(full)) + s.dim('━'.repeat(size - full));
}

export class ProgressView {
  readonly #terminal: Terminal;
  readonly #board = new LoopBoard();
  readonly #stop: () => void;
  readonly #startedAt: number;
  #dirty = false;
  #midLine = false;
  #drawn = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #lineAt: number | null = null;
  #stalled: string | null = null;
  #logSecond = -1;
  #logLines = 0;
  #logDropped = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#startedAt = terminal.monotonic();
    this.#stop = terminal.every(FRAME_MS, () => this.#tick());
  }

  handle(progress: Progress): void {
    const at = this.#terminal.monotonic();
    if (progress.type === 'loop') {
      this.#board.update(progress.loop, progress.inFlight, at);
      this.#dirty = true;
    } else if (progress.type === 'stalled') {
      if (this.#stalled === null) {
        this.say(
          `The database cannot be written (${printable(progress.message)}). The run waits and goes on by itself.`,
        );
      }
      this.#stalled = progress.message;
    } else if (progress.type === 'unstalled') {
      if (this.#stalled !== null) this.say('The database can be written again; the run goes on.');
      this.#stalled = null;
    } else if (progress.type === 'log') {
      this.#log(progress.node, progress.line, at);
    } else if (progress.type === 'answer') {
      this.#answer(progress.text);
    }
    this.#tick();
  }

  /** A line above the bars. */
  say(line: string): void {
    this.#erase();
    this.#endLine();
    this.#terminal.err.write(`${line}\n`);
    this.#dirty = true;
  }

  finish(): void {
    this.#stop();
    this.#erase();
    this.#endLine();
    this.#flushDropped();
  }

  /** Text of the answer as it comes; bars wait until it ends a line. */
  #answer(text: string): void {
    this.#erase();
    this.#terminal.err.write(printableLines(text));
    this.#midLine = !text.endsWith('\n');
    this.#dirty = true;
  }

  #endLine(): void {
    if (this.#midLine) this.#terminal.err.write('\n');
    this.#midLine = false;
  }

  #log(node: string, line: string, at: number): void {
    const second = Math.floor(at / 1000);
    if (second !== this.#logSecond) {
      this.#flushDropped();
      this.#logSecond = second;
      this.#logLines = 0;
    }
    this.#logLines += 1;
    if (this.#logLines > LOG_LINES_PER_SECOND) {
      this.#logDropped += 1;
      return;
    }
    const text = line.replace(/\n$/, '').split('\n').map(printable).join('\n  ');
    this.say(`${this.#terminal.err.style.dim(`${printable(node)}:`)} ${text}`);
  }

  #flushDropped(): void {
    if (this.#logDropped === 0) return;
    const text = `(${plural(this.#logDropped, 'more log line')}; kept with the iterations)`;
    this.#logDropped = 0;
    this.say(this.#terminal.err.style.dim(text));
  }

  #tick(): void {
    if (this.#midLine) return;
    const at = this.#terminal.monotonic();
    if (this.#terminal.err.isTerminal) {
      const since = at - this.#drawnAt;
      const moving = this.#board.size > 0 || this.#drawn > 0;
      if (since < FRAME_MS || !moving || (!this.#dirty && since < IDLE_FRAME_MS)) return;
      this.#draw(at);
      return;
    }
    const due = this.#lineAt === null ? this.#startedAt + FIRST_LINE_MS : this.#lineAt + NEXT_LINE_MS;
    if (at < due) return;
    this.#lineAt = at;
    this.#lines(at);
  }

  #lines(at: number): void {
    const all = this.#board.figures(at);
    for (const f of all.slice(0, 3)) this.#terminal.err.write(`${factLine(f)}\n`);
    if (all.length > 3) this.#terminal.err.write(`and ${plural(all.length - 3, 'more loop')}\n`);
  }

  #draw(at: number): void {
    const { err } = this.#terminal;
    const all = this.#board.figures(at).sort((a, b) => (a.path < b.path ? -1 : 1));
    const most = Math.max(1, Math.min(MOST_LINES, err.rows() - 2));
    const lines = all.length === 0 ? [] : barLines(all.slice(0, most), err.columns(), err.style);
    if (all.length > most) lines.push(err.style.dim(`and ${plural(all.length - most, 'more loop')}`));
    // One write, each line cleared behind its text, so that nothing flickers.
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r` : '';
    const spare = lines.length < this.#drawn ? '\u001b[J' : '';
    err.write(up + lines.map((line) => `${line}\u001b[K\n`).join('') + spare);
    this.#drawn = lines.length;
    this.#drawnAt = at;
    this.#dirty = false;
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    this.#terminal.err.write(`\u001b[${this.#drawn}A\r\u001b[J`);
    this.#drawn = 0;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }
}
