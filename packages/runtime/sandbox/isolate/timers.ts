/**
 * Owns setTimeout of code and its sisters: calls in the order of their times, without waiting. Inside the isolate there is nothing
 * to wait for, so the next one is due as soon as the running unit can do nothing else. Does not decide when (the
 * interpreter does).
 */

interface Timer {
  id: number;
  due: number;
  call: () => void;
}

/** A unit that keeps setting timers never ends. */
const MOST_CALLS = 100_000;

let timers: Timer[] = [];
let now = 0;
let last = 0;
let calls = 0;

/** Forgets what an earlier unit left. */
export function beginTimers(): void {
  if (timers.length > 0) timers = [];
  now = 0;
  calls = 0;
}

/** Calls the next one; false when there is none. What it throws is the caller's. */
export function callNext(): boolean {
  let next: Timer | undefined;
  for (const timer of timers) if (next === undefined || timer.due < next.due) next = timer;
  if (next === undefined || calls >= MOST_CALLS) return false;
  calls += 1;
  now = next.due;
  const { id, call } = next;
  timers = timers.filter((timer) => timer.id !== id);
  call();
  return true;
}

function set(callback: unknown, ms: unknown, ...given: unknown[]): number {
  if (typeof callback !== 'function') throw new TypeError('setTimeout needs a function');
  const delay = Number(ms);
  last += 1;
  timers.push({ id: last, due: now + (delay > 0 ? delay : 0), call: () => callback(...given) });
  return last;
}

function clear(id: unknown): void {
  timers = timers.filter((timer) => timer.id !== id);
}

/** Again and again, until it is cleared: it keeps its number. */
function repeat(callback: unknown, ms: unknown, ...given: unknown[]): number {
  const id = set(callback, ms, ...given);
  const timer = timers.at(-1) as Timer;
  const { call } = timer;
  timer.call = () => {
    timer.due = now + Math.max(Number(ms) || 0, 1);
    timers.push(timer);
    call();
  };
  return id;
}

const soon = (callback: unknown, ...given: unknown[]): number => set(callback, 0, ...given);

function microtask(callback: unknown): void {
  if (typeof callback !== 'function') throw new TypeError('queueMicrotask needs a function');
  void Promise.resolve().then(() => callback());
}

export function installTimers(): void {
  const made = {
    setTimeout: set,
    clearTimeout: clear,
    setInterval: repeat,
    clearInterval: clear,
    setImmediate: soon,
    clearImmediate: clear,
    queueMicrotask: microtask,
  };
  for (const [name, value] of Object.entries(made)) {
    Object.defineProperty(globalThis, name, { value, writable: false, enumerable: false, configurable: false });
  }
}
