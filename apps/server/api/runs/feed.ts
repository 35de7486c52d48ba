/**
 * Owns what happens in one run, for those who watch it: the newest state of everything that changes, and pieces of text
 * in order. Looks into the store twice a second, however many watch; a slow watcher gets fewer and merged events, never
 * a queue. Does not know HTTP (events.ts).
 */
import type { Progress } from '@rondo/runtime/api.ts';
import { hasEnded, type RunRecord } from '@rondo/core/ports.ts';
import type { RunEventName } from '@rondo/api/schemas/run.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { ApiContext } from '../context.ts';
import { failureView, loopViews, type LoopView } from './views.ts';

export interface FeedEvent {
  /** Grows; unique in the feed. */
  id: number;
  name: RunEventName;
  data: unknown;
}

export interface Watcher {
  /** Everything up to this was sent. */
  seen: number;
  /** Frames whose loops it shows, besides those of the top. */
  frames: readonly string[];
  /** False: it has not taken yet what was sent before. */
  ready(): boolean;
  send(events: readonly FeedEvent[]): void;
  end(): void;
}

const TICK_MS = 500;
/** Text is passed on sooner. */
const SOON_MS = 40;
const MOST_TEXT = 256 * 1024;
const MOST_FRAMES = 8;

export class RunFeed {
  readonly runId: string;
  readonly signals = new Map<string, { name: string; url: string | null }>();
  readonly #context: ApiContext;
  readonly #watchers = new Set<Watcher>();
  /** By what they are about; only the newest state counts. */
  readonly #states = new Map<string, FeedEvent & { text: string }>();
  #texts: FeedEvent[] = [];
  #textSize = 0;
  #lastId = 0;
  #lastSeq = -1;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #ended = false;

  constructor(context: ApiContext, runId: string) {
    this.#context = context;
    this.runId = runId;
  }

  get idle(): boolean {
    return this.#watchers.size === 0;
  }

  /** Answers the way to stop watching. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    this.#timer ??= setInterval(() => void this.look(), TICK_MS);
    this.#ended = false;
    void this.look();
    return () => this.#leave(watcher);
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
  }

  close(): void {
    for (const watcher of this.#watchers) {
      this.#leave(watcher);
      watcher.end();
    }
  }

  /** What the runner tells while it goes, where it can be heard. */
  tell(progress: Progress): void {
    if (progress.type === 'answer') this.#text('answer', { text: progress.text }, progress.text.length);
    else if (progress.type === 'log') {
      const { node, line } = progress;
      this.#text('log', { node, line }, line.length);
    } else if (progress.type === 'signal') {
      this.signals.set(progress.path, { name: progress.name, url: progress.url });
    } else if (progress.type === 'run' && !this.idle) void this.look();
  }

  #text(name: RunEventName, data: unknown, size: number): void {
    this.#texts.push({ id: ++this.#lastId, name, data });
    this.#textSize += size + 100;
    while (this.#textSize > MOST_TEXT && this.#texts.length > 1) {
      const gone = this.#texts.shift();
      this.#textSize -= JSON.stringify(gone?.data).length + 100;
    }
    if (!this.idle) this.#soon ??= setTimeout(() => this.#flush(), SOON_MS);
  }

  #set(key: string, name: RunEventName, data: unknown): void {
    const text = JSON.stringify(data);
    if (this.#states.get(key)?.text === text) return;
    this.#states.set(key, { id: ++this.#lastId, name, data, text });
  }

  /** Reads what is new; one look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        this.#context.report(`events of run ${this.runId}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        this.#looking = null;
        this.#flush();
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { store } = this.#context;
    const run = await store.getRun(this.runId);
    if (run === null) {
      this.close();
      return;
    }
    const alive = !hasEnded(run.status) && (await store.leaseOwner(run.id)) !== null;
    this.#set('run', 'run', { status: run.status, control: run.control, alive });
    const frames = new Set(['', ...[...this.#watchers].flatMap((watcher) => watcher.frames)]);
    for (const frame of frames) {
      for (const { revision, ...loop } of await loopViews(this.#context, run, frame)) {
        this.#set(`loop ${loop.path}`, 'progress', loop);
        this.#set(`score ${loop.path}`, 'score', { path: loop.path, revision });
      }
    }
    await this.#steps();
    this.#end(run);
  }

  async #steps(): Promise<void> {
    for (const event of await this.#context.store.journal(this.runId, this.#lastSeq)) {
      this.#lastSeq = Math.max(this.#lastSeq, event.seq);
      if (event.frame !== '' || event.step === null) continue;
      const status = event.type === 'step-started' ? 'running' : event.type.slice('step-'.length);
      this.#set(`step ${event.step}`, 'step', { node: event.step, status });
    }
  }

  #end(run: RunRecord): void {
    this.#ended = hasEnded(run.status);
    if (!this.#ended) {
      // It was opened again.
      this.#states.delete('end');
      return;
    }
    const output = run.output === null ? null : (JSON.parse(run.output) as Json);
    this.#set('end', 'end', { status: run.status, output, failure: failureView(run.failure) });
  }

  #flush(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    for (const watcher of this.#watchers) {
      if (!watcher.ready()) continue;
      const events = this.#since(watcher.seen);
      if (events.length > 0) watcher.send(events);
      watcher.seen = this.#lastId;
      if (!this.#ended) continue;
      this.#leave(watcher);
      watcher.end();
    }
  }

  /** In order; all loops that have changed are one event, the end is the last. */
  #since(seen: number): FeedEvent[] {
    const events: FeedEvent[] = this.#texts.filter((event) => event.id > seen);
    const loops: LoopView[] = [];
    let end: FeedEvent | null = null;
    let newest = 0;
    for (const [key, event] of this.#states) {
      // The end is told to everybody who comes after it.
      if (key === 'end') end = event;
      else if (event.id <= seen) continue;
      else if (event.name === 'progress') {
        loops.push(event.data as LoopView);
        newest = Math.max(newest, event.id);
      } else events.push({ id: event.id, name: event.name, data: event.data });
    }
    if (loops.length > 0) events.push({ id: newest, name: 'progress', data: { loops } });
    events.sort((a, b) => a.id - b.id);
    if (end !== null) events.push({ id: this.#lastId, name: 'end', data: end.data });
    return events;
  }
}

/** Each frame around `under`, and itself: `a[1]/b[2]` is also in `a[1]`. */
export function framesOf(under: string | undefined): string[] {
  if (under === undefined || under === '') return [];
  const frames: string[] = [];
  for (const match of under.matchAll(/\]/g)) frames.push(under.slice(0, match.index + 1));
  return frames.slice(-MOST_FRAMES);
}
