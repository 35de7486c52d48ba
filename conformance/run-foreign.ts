/**
 * Owns running one foreign file in this process, the way `rondo run` does: its text is converted, written as a
 * native file and run by the real runner. All runs share one evaluator and one Python. Does not compare.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { convert, detectFormat } from '@rondo/core/convert/convert.ts';
import type { ForeignFormat } from '@rondo/core/convert/converted.ts';
import { inputFor, pinFor } from '@rondo/core/convert/given.ts';
import { FailureError, type Diagnostic, type Failure } from '@rondo/core/errors.ts';
import type { JournalEvent } from '@rondo/core/events.ts';
import type { RestartPoint } from '@rondo/core/restart.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { writeDefinition } from '@rondo/core/model/write.ts';
import type { Evaluator, LoopRecord } from '@rondo/core/ports.ts';
import { registry } from '@rondo/nodes/registry.ts';
import { InvalidWorkflow, type Progress, type RunHandle, type Runner, type RunRequest } from '@rondo/runtime/api.ts';
import { createPython, type Python } from '@rondo/runtime/python/python.ts';
import { readBeside } from '@rondo/runtime/runner/beside.ts';
import { createRunner } from '@rondo/runtime/runner/runner.ts';
import { workflowFinder, workflowsIn, type FoundWorkflow } from '@rondo/runtime/runner/workflows.ts';
import { warmEvaluator, type EvaluatorClient } from '@rondo/runtime/sandbox/evaluator.ts';
import { servicesFor } from '@rondo/runtime/services/for-runner.ts';
import { openStore } from '@rondo/runtime/stores/open.ts';

export interface ForeignOptions {
  /** Default: found by content. */
  format?: ForeignFormat;
  /** Name of the file; relative paths of file nodes start in its folder. Default: none that is there. */
  file?: string;
  /** As after --input: n8n items (object or list, plain or `{json}`), Dify start variables, `flow_input`. */
  input?: Json;
  /** As after --pin, by node: n8n items, Dify outputs, result of the OpenFlow step. */
  pins?: Readonly<Record<string, Json>>;
  strict?: boolean;
  /** Sub-workflows: a folder, or texts by the name of their files. */
  workflows?: string | Readonly<Record<string, string>>;
  /** Hosts that may be called besides public ones. Default: this machine. */
  allowHosts?: readonly string[];
  /** Of a workflow that names none. */
  timeZone?: string;
  secrets?: Readonly<Record<string, string>>;
  trigger?: string;
  conversation?: string;
  /** Runs that follow the first: each starts an earlier one (by number) again. What is told is told of the last. */
  restarts?: readonly { from: number; at: readonly RestartPoint[]; input: Json }[];
  /** What people answer when the run waits for them, one after the other. */
  signals?: readonly Json[];
  /** Default 30 s. */
  timeoutMs?: number;
}

export interface ForeignRun {
  /**
   * unsupported: conversion says so. invalid: conversion or compiler refuse the file for another reason. timeout:
   * the run was ended by the time limit. Else the status of the run.
   */
  status: 'completed' | 'failed' | 'cancelled' | 'waiting' | 'unsupported' | 'invalid' | 'timeout';
  output: Json | null;
  error: Failure | null;
  /** By node: runs, their outputs, items' json. */
  nodes: Record<string, Json[][][]>;
  loops: LoopRecord[];
  /** Attempts of nodes that failed, whatever became of them. */
  exceptions: number;
  /** Of conversion, and of the compiler when it refuses the file. */
  diagnostics: Diagnostic[];
  /** What happened to the steps, in order; items of outputs with their lineage are in their wire form. */
  events: JournalEvent[];
  /** Pieces of an answer, answers to a webhook and the like, in order. */
  progress: Progress[];
  /** What was run; null when there was nothing to run. */
  definition: Definition | null;
}

const TIME_LIMIT_MS = 30_000;
/** For what is in flight to end after the time limit. */
const DRAIN_MS = 3_000;
const PYTHON_PROCESSES = 2;
/** Node results longer than this are not compared. */
const MOST_ITEMS = 100_000;

interface Shared {
  evaluator: EvaluatorClient;
  python: Promise<Python> | null;
  folder: Promise<string>;
}

let shared: Shared | null = null;

function share(): Shared {
  shared ??= { evaluator: warmEvaluator(), python: null, folder: mkdtemp(join(tmpdir(), 'rondo-conformance-')) };
  return shared;
}

/** The evaluator of all runs, for suites that evaluate expressions alone. */
export const sharedEvaluator = (): EvaluatorClient => share().evaluator;

/** Ends what the runs shared. */
export async function closeForeign(): Promise<void> {
  if (shared === null) return;
  const { evaluator, python, folder } = shared;
  shared = null;
  await evaluator.close();
  if (python !== null) await (await python).close();
  await rm(await folder, { recursive: true, force: true });
}

const NOTHING = {
  output: null,
  error: null,
  nodes: {},
  loops: [],
  exceptions: 0,
  events: [],
  progress: [],
  definition: null,
} satisfies Partial<ForeignRun>;

export async function runForeign(text: string, options: ForeignOptions = {}): Promise<ForeignRun> {
  const { strict = false, pins = {} } = options;
  const file = resolve(options.file ?? join(await share().folder, 'workflow'));
  const format = options.format ?? detectFormat(text, file);
  if (format === null) throw new Error(`${file} is of no product that is known`);
  const pinned = new Set(Object.keys(pins));
  const converted = convert(text, format, { strict, file, pinned, read: readBeside(file) });
  const { diagnostics } = converted;
  if (converted.definition === null) {
    const unsupported = diagnostics.some((one) => one.severity === 'error' && one.code === 'not-supported');
    return { ...NOTHING, status: unsupported ? 'unsupported' : 'invalid', diagnostics };
  }
  const definition = inZone(converted.definition, options.timeZone);
  const request: RunRequest = { definition: writeDefinition(definition), file };
  if (options.input !== undefined) request.input = inputFor(format, options.input);
  if (options.trigger !== undefined) request.trigger = options.trigger;
  if (options.conversation !== undefined) request.conversation = options.conversation;
  request.pins = Object.fromEntries(Object.entries(pins).map(([node, value]) => [node, pinFor(format, value)]));
  return inRunner(options, file, async (runner) => {
    const events: JournalEvent[] = [];
    const progress: Progress[] = [];
    let handle: RunHandle;
    try {
      handle = await runner.start(request);
    } catch (error) {
      if (!(error instanceof InvalidWorkflow)) throw error;
      return { ...NOTHING, status: 'invalid', diagnostics: [...diagnostics, ...error.diagnostics], definition };
    }
    const signals = [...(options.signals ?? [])];
    handle.onProgress((one) => {
      const answer = one.type === 'signal' ? signals.shift() : undefined;
      if (one.type === 'signal' && answer !== undefined) void runner.deliver(one.token, answer);
      if (one.type === 'step') events.push(one.event);
      else if (one.type !== 'loop' && one.type !== 'run') progress.push(one);
    });
    const told = { diagnostics, events, progress, definition };
    let result = await inTime(handle, options.timeoutMs ?? TIME_LIMIT_MS);
    const runs = [handle.runId];
    for (const { from, at, input } of options.restarts ?? []) {
      try {
        handle = await runner.restart({ run: runs[from] ?? '', at, input });
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        return { ...NOTHING, ...told, status: 'invalid', error: error.failure };
      }
      runs.push(handle.runId);
      result = await inTime(handle, options.timeoutMs ?? TIME_LIMIT_MS);
    }
    if (result === null) return { ...NOTHING, ...told, status: 'timeout' };
    const { output, failure, loops, stats } = result.run;
    const status = result.late ? 'timeout' : (result.run.status as ForeignRun['status']);
    return {
      ...told,
      status,
      output,
      exceptions: stats.exceptions,
      error: failure,
      nodes: jsonOf(await handle.nodes(MOST_ITEMS)),
      loops,
    };
  });
}

function inZone(definition: Definition, timeZone: string | undefined): Definition {
  if (timeZone === undefined || definition.settings?.timezone !== undefined) return definition;
  return { ...definition, settings: { ...definition.settings, timezone: timeZone } };
}

/** Null: it did not even end after it was told to. */
async function inTime(
  handle: RunHandle,
  ms: number,
): Promise<{ run: Awaited<RunHandle['done']>; late: boolean } | null> {
  const ended = async (most: number): Promise<Awaited<RunHandle['done']> | null> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((giveUp) => (timer = setTimeout(giveUp, most, null)));
    try {
      return await Promise.race([handle.done, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  const run = await ended(ms);
  if (run !== null) return { run, late: false };
  handle.cancel();
  const drained = await ended(DRAIN_MS);
  return drained === null ? null : { run: drained, late: true };
}

async function inRunner(
  options: ForeignOptions,
  file: string,
  work: (runner: Runner) => Promise<ForeignRun>,
): Promise<ForeignRun> {
  const common = share();
  const folder = await mkdtemp(join(await common.folder, 'run-'));
  const store = await openStore(':memory:');
  const kept = await servicesFor(null, undefined);
  const lent = lend(common.evaluator);
  const runner = createRunner({
    store,
    registry,
    evaluator: lent,
    python: () => (common.python ??= Promise.resolve(createPython({ processes: PYTHON_PROCESSES }))),
    services: kept.services,
    secrets: options.secrets ?? {},
    egressAllow: options.allowHosts ?? ['127.0.0.1', 'localhost', '::1'],
    findWorkflow: finder(options.workflows, dirname(file)),
    blobs: join(folder, 'blobs'),
    filesRoot: options.file === undefined ? folder : dirname(file),
  });
  const run = await work(runner);
  // A run that did not end is left behind: waiting for it would be waiting for ever.
  if (run.status !== 'timeout') await runner.close();
  else await lent.close();
  await kept.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
  return run;
}

/** The evaluator for one run, which forgets the run's programs instead of ending. */
function lend(evaluator: EvaluatorClient): Evaluator {
  const programs = new Set<string>();
  return {
    define(program) {
      programs.add(program.id);
      evaluator.define(program);
    },
    run: (block) => evaluator.run(block),
    pid: () => evaluator.pid(),
    close: async () => {
      for (const program of programs) evaluator.forget(program);
    },
  };
}

function finder(
  workflows: ForeignOptions['workflows'],
  folder: string,
): (reference: string) => Promise<FoundWorkflow | null> {
  if (workflows === undefined) return workflowFinder(folder);
  if (typeof workflows === 'string') return workflowFinder(workflows);
  return workflowsIn(Object.entries(workflows).map(([file, text]) => ({ file, text })));
}

function jsonOf(nodes: Awaited<ReturnType<RunHandle['nodes']>>): Record<string, Json[][][]> {
  return Object.fromEntries(
    Object.entries(nodes).map(([node, runs]) => [node, runs.map((outputs) => outputs.map((list) => list.items))]),
  );
}
