/**
 * Owns what the child calls inside the isolate: programs, the message that runs, slices of results.
 * Everything crosses as text. Does not load modules and does not stop anything: the child does.
 */
import { failure } from '@rondo/core/errors.ts';
import type { Program } from '@rondo/core/ports.ts';
import { FIELD, SLICE, UNIT } from '../wire.ts';
import { installConsole } from './console.ts';
import { N8N_SHARED } from './dialects/n8n/scope.ts';
import { FoldJob, forgetFolds } from './fold-job.ts';
import { harden } from './harden.ts';
import { useZone } from './library.ts';
import { compileProgram, type CompiledProgram } from './program.ts';
import { Region } from './region.ts';
import { SHARED_CLASSES } from './scope.ts';
import { installTimers } from './timers.ts';
import { UnitJob, type Job, type Request } from './unit-job.ts';

/** The child gets control back this often, so that its time limit is one per unit. */
const SLICE_MS = 25;

const TIMEOUT = {
  retry: 'no',
  fix: 'Look for an endless loop. Raise settings.limits["expression.ms"] (code: "code.ms") if it needs the time.',
} as const;

const now = Date.now;
const programs = new Map<string, { program: CompiledProgram; region: Region }>();
const modules: Record<string, unknown> = {};
let job: Job | null = null;
let careful = false;
/** Results that the child has received. */
let sent = 0;

installConsole();
installTimers();
harden([...SHARED_CLASSES, ...N8N_SHARED]);

/** A kernel or fold, by its URL. */
export function provide(url: string, namespace: unknown): void {
  modules[url] = namespace;
}

export function define(text: string): void {
  const program = compileProgram(JSON.parse(text) as Program, modules);
  programs.set(program.id, { program, region: new Region(program) });
}

export function forget(id: string): void {
  programs.delete(id);
  forgetFolds(id);
}

/** Takes a message: JSON text of a list of requests. Careful: one unit per slice. */
export function begin(id: string, text: string, oneByOne: boolean): void {
  const known = programs.get(id);
  if (known === undefined) throw new Error(`program ${id} is not defined`);
  const { program, region } = known;
  useZone(program.timezone);
  const requests = (program.dialect.parse?.(text) ?? JSON.parse(text)) as Request[];
  job =
    program.kind === 'fold'
      ? new FoldJob(program, region.scope, requests[0] as Request, now)
      : new UnitJob(program, region, requests, now);
  careful = oneByOne;
  sent = 0;
}

/** Works for a while and answers what was finished. */
export function slice(): string {
  const current = job as Job;
  current.results = current.results.slice(sent);
  sent = 0;
  current.received();
  // Promises have had their turn since the last slice; only a timer can settle them now.
  if (current instanceof UnitJob && current.flag() === SLICE.wait) {
    if (current.goesOn()) return answer(current);
    current.abandon();
  }
  if (current.results.length === 0 || !careful) current.drive(now() + SLICE_MS, careful);
  return answer(current);
}

/**
 * Called after the time limit has stopped a slice. Fails the unit that was running. When none was,
 * something that a finished unit left behind went on: the slice is done again one by one.
 */
export function recover(unitMs: number): string {
  const current = job as Job;
  if (current.running) current.fail(failure('expression-timeout', `It took longer than ${unitMs} ms.`, TIMEOUT));
  else if (current.results.length <= 1) {
    current.fail(failure('expression-timeout', `It left work behind that did not end within ${unitMs} ms.`, TIMEOUT));
  } else {
    current.rewind();
    careful = true;
  }
  return answer(current);
}

function answer(current: Job): string {
  const { results } = current;
  sent = results.length;
  current.given();
  const head = `${results.length}${FIELD}${current.flag()}${FIELD}${current.carry()}${FIELD}`;
  return head + results.join(UNIT);
}
