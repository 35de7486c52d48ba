/**
 * Owns the evaluator process: reads frames, runs them in an isolate, answers. It has no files but
 * code, no network, no environment, and may be killed at any instant. Does not decide what happens
 * to a unit that killed it; the client does (evaluator.ts).
 *
 * Everything is synchronous: there is one message at a time, and reading the next one while the
 * isolate works would only cost time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import type ivm from 'isolated-vm';
import v8 from 'node:v8';
import vm from 'node:vm';
import { FrameInput, FrameOutput } from './frame-file.ts';
import { knowSources, type Paths } from './module-loader.ts';
import type { Prepared } from './prepared.ts';
import { IsolateDied, Realm, TimedOut, withCollector, type Definition } from './realm.ts';
import { FIELD, FROM_CHILD, SLICE, TO_CHILD } from './wire.ts';

export interface ChildOptions {
  paths: Paths;
  isolatedVm: string;
  /** Sources without types (prepared.ts); null: none are kept. */
  prepared: Prepared | null;
  memoryMiB: number;
}

/** On top of the limit of a unit: the slice it may begin at the end of. */
const SLICE_MS = 50;
/** Parsing a message and recovering run no text of a user. */
const OWN_MS = 10_000;

const COLLECT_CHARS = 16 * 1024 * 1024;

const options = JSON.parse(process.argv[2] as string) as ChildOptions;
const isolated = createRequire(import.meta.url)(options.isolatedVm) as typeof ivm;
if (options.prepared !== null) knowSources(readFileSync(options.prepared.isolate, 'utf8'));
const programs = new Map<string, Definition>();
/** MiB. The isolate makes garbage by the unit; with V8's default for small heaps it collects all the time. */
const YOUNG = 8;
v8.setFlagsFromString(`--max-semi-space-size=${YOUNG}`);
v8.setFlagsFromString(`--min-semi-space-size=${YOUNG}`);
const collectHere = withCollector(() => vm.runInNewContext('gc') as () => void);
let realm = newRealm();

function newRealm(): Realm {
  return new Realm(isolated, options.paths, options.memoryMiB);
}

const input = new FrameInput(0);
const output = new FrameOutput(1);
let passed = 0;

function send(text: string): void {
  output.write(text);
  passed += text.length;
}

/** Texts that pass through are kept outside the small heaps, whose collectors do not see the need. */
function collect(): void {
  collectHere();
  realm.collect();
  passed = 0;
}

/** Three fields and the rest. */
function fields(text: string): [string, string, string, string] {
  const a = text.indexOf(FIELD);
  const b = text.indexOf(FIELD, a + 1);
  const c = text.indexOf(FIELD, b + 1);
  return [text.slice(1, a), text.slice(a + 1, b), text.slice(b + 1, c), text.slice(c + 1)];
}

function define(text: string): void {
  const a = text.indexOf(FIELD);
  const b = text.indexOf(FIELD, a + 1);
  const definition = { id: text.slice(1, a), needs: text.slice(a + 1, b), text: text.slice(b + 1) };
  programs.set(definition.id, definition);
}

function run(text: string): void {
  const [id, flags, limit, requests] = fields(text);
  const unitMs = Number(limit);
  if (flags.includes('n') && realm.used) {
    realm.dispose();
    realm = newRealm();
  }
  const definition = programs.get(id);
  if (definition === undefined) throw new Error(`program ${id} is not defined`);
  realm.define(definition);
  realm.used = true;
  realm.call('begin', [id, requests, flags.includes('c')], OWN_MS);
  for (;;) {
    const slice = step(unitMs);
    send(FROM_CHILD.slice + slice);
    const flag = slice.charAt(slice.indexOf(FIELD) + 1);
    if (flag !== SLICE.more && flag !== SLICE.wait) return;
  }
}

function step(unitMs: number): string {
  try {
    return realm.call('slice', [], unitMs + SLICE_MS);
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    return realm.call('recover', [unitMs], OWN_MS);
  }
}

async function handle(text: string): Promise<void> {
  try {
    if (text[0] === TO_CHILD.define) define(text);
    else if (text[0] === TO_CHILD.forget) {
      programs.delete(text.slice(1));
      realm.forget(text.slice(1));
    } else run(text);
  } catch (error) {
    if (error instanceof IsolateDied) {
      realm = newRealm();
      send(FROM_CHILD.died);
      // What the isolate left is cleaned up in the event loop.
      await turn();
    } else send(FROM_CHILD.broken + (error instanceof Error ? error.message : String(error)));
  }
}

send(FROM_CHILD.ready);
for (;;) {
  const text = input.read();
  // The runner is gone.
  if (text === null) break;
  await handle(text);
  passed += text.length;
  if (passed > COLLECT_CHARS) collect();
}
process.exit(0);
