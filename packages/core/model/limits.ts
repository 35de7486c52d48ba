/**
 * Owns every limit: name, default, cap, unit. An error about a limit names it from here.
 * Does not enforce anything.
 */
import { failure, type Failure } from '../errors.ts';

export interface Limit {
  readonly default: number;
  readonly cap: number;
  readonly unit: 'iterations' | 'levels' | 'bytes' | 'ms' | 'count';
  readonly what: string;
}

const MiB = 1024 * 1024;

export const LIMITS = {
  'loop.iterations': { default: 1_000_000, cap: 10_000_000, unit: 'iterations', what: 'iterations of one loop' },
  'loop.ceiling': {
    default: 1_000,
    cap: 10_000_000,
    unit: 'iterations',
    what: 'iterations of a while, until or poll loop without its own limit',
  },
  'run.iterations': {
    default: 5_000_000,
    cap: 50_000_000,
    unit: 'iterations',
    what: 'iterations of all loops of a run together',
  },
  'walk.runs': {
    default: 100_000,
    cap: 10_000_000,
    unit: 'count',
    what: 'runs of all nodes of a workflow in the order of n8n, which may go round in circles',
  },
  'loop.nesting': { default: 8, cap: 16, unit: 'levels', what: 'containers inside one another' },
  'workflow.depth': { default: 16, cap: 64, unit: 'levels', what: 'sub-workflow calls inside one another' },
  'workflow.children': { default: 1_000_000, cap: 10_000_000, unit: 'count', what: 'sub-workflow calls of one run' },
  'loop.parallel': { default: 1_000, cap: 10_000, unit: 'count', what: 'iterations of one loop in flight' },
  'item.bytes': { default: MiB, cap: 16 * MiB, unit: 'bytes', what: 'JSON text of one item' },
  'item.depth': { default: 64, cap: 200, unit: 'levels', what: 'nesting of one item' },
  'item.keys': { default: 10_000, cap: 100_000, unit: 'count', what: 'keys of one object in an item' },
  'step.bytes': { default: 16 * MiB, cap: 256 * MiB, unit: 'bytes', what: 'output of one step or iteration' },
  'iteration.steps': {
    default: MiB,
    cap: 16 * MiB,
    unit: 'bytes',
    what: 'outputs of steps that are kept with one iteration; beyond it, only that they ran',
  },
  'iteration.arguments': {
    default: 32 * 1024,
    cap: MiB,
    unit: 'bytes',
    what: 'arguments of one step, and input of the one that failed, kept with a failed iteration; longer values are shortened',
  },
  'iteration.attempts': {
    default: 20,
    cap: 1_000,
    unit: 'count',
    what: 'attempts of one step that are kept with an iteration: the first and the last ones',
  },
  'http.bytes': { default: 16 * MiB, cap: 1024 * MiB, unit: 'bytes', what: 'HTTP response body after decompression' },
  'http.ratio': { default: 100, cap: 1_000, unit: 'count', what: 'decompressed bytes per compressed byte' },
  'http.ms': { default: 60_000, cap: 900_000, unit: 'ms', what: 'whole HTTP request' },
  'http.redirects': { default: 5, cap: 10, unit: 'count', what: 'redirects followed' },
  'email.bytes': { default: 25 * MiB, cap: 256 * MiB, unit: 'bytes', what: 'one e-mail with its attachments' },
  'code.ms': { default: 30_000, cap: 900_000, unit: 'ms', what: 'one call of a Code node' },
  'code.logBytes': { default: MiB, cap: 16 * MiB, unit: 'bytes', what: 'console output of one iteration' },
  'python.bytes': { default: 256 * MiB, cap: 2048 * MiB, unit: 'bytes', what: 'memory of Python code' },
  'expression.ms': { default: 1_000, cap: 60_000, unit: 'ms', what: 'expressions and pure nodes of one iteration' },
  'expression.bytes': { default: MiB, cap: 16 * MiB, unit: 'bytes', what: 'result of one expression' },
  'evaluator.bytes': { default: 128 * MiB, cap: 2048 * MiB, unit: 'bytes', what: 'memory of the evaluator isolate' },
  'file.line': { default: 16 * MiB, cap: 256 * MiB, unit: 'bytes', what: 'one record of a file that is read' },
  'file.listed': {
    default: 10_000,
    cap: 1_000_000,
    unit: 'count',
    what: 'entries of one folder, or files of one listing',
  },
  'file.group': { default: 256 * MiB, cap: 2048 * MiB, unit: 'bytes', what: 'one row group of a Parquet file' },
  'file.strings': { default: 128 * MiB, cap: 2048 * MiB, unit: 'bytes', what: 'shared texts of an XLSX file' },
  'archive.bytes': {
    default: 1024 * MiB,
    cap: 1024 * 1024 * MiB,
    unit: 'bytes',
    what: 'unpacked bytes of one archive',
  },
  'archive.ratio': { default: 200, cap: 10_000, unit: 'count', what: 'unpacked bytes per packed byte' },
  'archive.entries': { default: 10_000, cap: 1_000_000, unit: 'count', what: 'entries of one archive' },
  'yaml.aliases': { default: 100, cap: 100, unit: 'count', what: 'aliases in a YAML file' },
  'state.bytes': { default: MiB, cap: 16 * MiB, unit: 'bytes', what: 'JSON text of one value in the state' },
  'state.keys': { default: 10_000_000, cap: 100_000_000, unit: 'count', what: 'keys of one scope of the state' },
  'secret.bytes': { default: 64 * 1024, cap: 64 * 1024, unit: 'bytes', what: 'value of one secret' },
  'secret.count': { default: 10_000, cap: 10_000, unit: 'count', what: 'secrets of one installation' },
  'knowledge.bytes': {
    default: 64 * 1024,
    cap: MiB,
    unit: 'bytes',
    what: 'text of one chunk, or id, title and meta of one document',
  },
  'knowledge.chunks': { default: 100_000, cap: 1_000_000, unit: 'count', what: 'chunks of one knowledge base' },
  'knowledge.bases': { default: 1_000, cap: 10_000, unit: 'count', what: 'knowledge bases of one installation' },
  'knowledge.dimensions': { default: 4_096, cap: 16_384, unit: 'count', what: 'numbers of one vector' },
  'knowledge.hits': { default: 100, cap: 1_000, unit: 'count', what: 'chunks found by one search' },
  'run.kept': { default: 256, cap: 4_096, unit: 'count', what: 'connections that one run keeps open' },
  'file.definition': { default: 4 * MiB, cap: 64 * MiB, unit: 'bytes', what: 'workflow file' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
export type Limits = Record<LimitName, number>;

/** Defaults with overrides applied; an override is cut at the cap. */
export function resolveLimits(overrides: Partial<Record<string, number>> = {}): Limits {
  const out = {} as Limits;
  for (const name of Object.keys(LIMITS) as LimitName[]) {
    const wanted = overrides[name];
    out[name] = wanted === undefined ? LIMITS[name].default : Math.min(wanted, LIMITS[name].cap);
  }
  return out;
}

/** The failure for a limit that was reached: which, its value, where it is set, how to raise it. */
export function limitFailure(name: LimitName, value: number, where: string, detail = ''): Failure {
  const limit = LIMITS[name];
  const raise =
    value >= limit.cap
      ? `This is the highest value allowed.`
      : `Raise it with settings.limits["${name}"] in the workflow (at most ${limit.cap}).`;
  return failure(
    'limit-reached',
    `${where}: limit ${name} reached (${limit.what}: ${value} ${limit.unit})${detail === '' ? '' : `; ${detail}`}. ${raise}`,
  );
}
