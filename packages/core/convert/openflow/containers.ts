/**
 * Owns steps that hold others: loops, branches. Each becomes a native container whose one item is the module's
 * result; of one branch out of several, the steps stand in the level itself.
 */
import type { LoopSettings, NodeDefinition } from '../../model/definition.ts';
import { isObject } from '../../model/shape.ts';
import { appendFailure } from './failure.ts';
import { constantOf, template, transform } from './expression.ts';
import { seenAt, type Flow, type Level, type Nodes } from './flow.ts';
import { inputNode, valueNode } from './leaf.ts';
import type { Around, Place } from './module.ts';
import { append } from './options.ts';

/** A module that holds others. */
export interface Holder {
  flow: Flow;
  module: Place;
  /** Its field `value`. */
  value: Place;
  appendModules(flow: Flow, level: Level, place: Place, key: string): void;
}

type Container = Omit<NodeDefinition, 'after'>;

/** Iterations at once where Windmill has no limit. */
const MANY = 20;
const MOST_PARALLEL = 1000;
/** A while loop of Windmill has no end of its own. */
const MOST_ITERATIONS = 1_000_000;

/** Null after a diagnostic. */
export function containerOf(holder: Holder, kind: string, level: Level, id: string): Container | null {
  switch (kind) {
    case 'forloopflow':
      return forLoop(holder, level, id);
    case 'whileloopflow':
      return whileLoop(holder, level, id);
    case 'branchall':
      return branchAll(holder, level, id);
    default:
      return branchOneAsContainer(holder, level, id);
  }
}

function newLevel(level: Level, around: Around, nodes: Nodes = {}): Level {
  return { nodes, last: undefined, first: true, approval: level.approval, around: [around, ...level.around] };
}

/** The body of a loop; null: it has no steps. */
function bodyOf(
  holder: Holder,
  level: Level,
  id: string,
  parallel: boolean,
): Pick<NodeDefinition, 'body' | 'result'> | null {
  const { flow, value } = holder;
  const inner = newLevel(level, { kind: 'loop', id, parallel });
  if (value.get('modules') === undefined) value.missing('modules', 'its steps');
  holder.appendModules(flow, inner, value, 'modules');
  if (inner.last === undefined) return null;
  const result = inner.last;
  appendFailure(flow, inner);
  return { body: inner.nodes, result };
}

function forLoop(holder: Holder, level: Level, id: string): Container | null {
  const { value } = holder;
  const iterator = value.get('iterator');
  if (iterator === undefined) {
    value.missing('iterator', 'the list that it goes through');
    return null;
  }
  const over = transform(value, 'iterator', iterator, seenAt(level));
  if (isObject(iterator) && iterator.type === 'ai')
    value.report('bad-value', 'An iterator cannot be of type ai.', 'iterator');
  const parallel = value.flag('parallel') === true;
  if (value.flag('squash') === true)
    value.changed('squash has no effect: iterations share one evaluator anyway.', 'squash');
  const body = bodyOf(holder, level, id, parallel);
  if (body === null) return valueNode('[]');
  return {
    type: 'for-each',
    loop: {
      over,
      ...(parallel ? { parallel: parallelismOf(value) } : {}),
      ...failuresOf(value, parallel),
      ...breakOf(holder, level, parallel),
    },
    ...body,
  };
}

/** Every iteration has a place in the list, failed ones too; how many of those there may be is another matter. */
function failuresOf(value: Place, parallel: boolean): LoopSettings {
  const skips = value.flag('skip_failures');
  if (skips === undefined && value.get('skip_failures') === undefined) {
    value.changed(`${value.node} does not say skip_failures; a failed iteration fails the loop.`);
  }
  return tolerated(skips === true, parallel);
}

function tolerated(skips: boolean, parallel: boolean): LoopSettings {
  const tolerate = { count: 0, ...(parallel ? { judge: 'end' as const } : {}) };
  return { onError: 'item', ...(skips ? {} : { tolerate }), collect: 'list' };
}

function breakOf({ module }: Holder, level: Level, parallel: boolean): LoopSettings {
  const stop = module.object('stop_after_if');
  if (stop === undefined) return {};
  const expr = stop.text('expr');
  if (expr === undefined) {
    stop.missing('expr', 'when the loop stops');
    return {};
  }
  if (parallel) {
    stop.changed(`stop_after_if of ${module.node} has no effect: the loop is parallel.`);
    return {};
  }
  if (/\ball_iters\b/.test(expr)) stop.unsupported(`stop_after_if of ${module.node} reads all_iters.`, 'expr');
  return { stopWhen: template(expr, { ...seenAt(level), first: false }) };
}

function parallelismOf(value: Place): number {
  const given = value.get('parallelism');
  if (given === undefined) return MANY;
  const number = constantOf(given);
  if (number === null) {
    value.differs(`parallelism of ${value.node} is computed; ${MANY} iterations run at once.`, 'parallelism');
    return MANY;
  }
  if (number < 1) {
    value.differs(
      `With parallelism ${number} no iteration of ${value.node} would ever start; one at a time runs.`,
      'parallelism',
    );
  }
  return Math.min(MOST_PARALLEL, Math.max(1, Math.floor(number)));
}

function whileLoop(holder: Holder, level: Level, id: string): Container | null {
  const { value } = holder;
  const body = bodyOf(holder, level, id, false);
  if (body === null) {
    value.report('missing-field', `${value.node} has no steps, so nothing ends it.`, 'modules');
    return null;
  }
  const limit = value.number('max_iterations');
  return {
    type: 'loop',
    loop: {
      state: {},
      limit: limit === undefined ? MOST_ITERATIONS : Math.max(1, Math.floor(limit)),
      ...tolerated(value.flag('skip_failures') === true, false),
      ...breakOf(holder, level, false),
    },
    ...body,
  };
}

/** The branches of a module, those that are objects. */
function branchesOf(value: Place): Place[] {
  return (value.list('branches') ?? []).flatMap((branch, n) => {
    if (isObject(branch)) return [value.at(branch, 'branches', n)];
    value.report('wrong-type', `A branch of ${value.node} must be an object.`, 'branches');
    return [];
  });
}

function branchAll(holder: Holder, level: Level, id: string): Container | null {
  const { flow, value } = holder;
  const branches = branchesOf(value);
  if (branches.length === 0) return valueNode('[]');
  const parallel = value.flag('parallel') ?? true;
  const names = branches.map((_, n) => `branch ${n + 1}`);
  const around: Around = { kind: 'branchall', id, parallel };
  const inner = newLevel(level, around);
  const which = flow.free(`${id}: which`);
  append(inner, which, { type: 'switch', with: { outputs: names, output: '{{ $json }}' } });
  const ends: string[] = [];
  branches.forEach((branch, n) => {
    const at: Level = { ...newLevel(level, around, inner.nodes), last: `${which}.${names[n] as string}` };
    if (branch.flag('skip_failure') === true) appendTolerant(holder, at, branch, flow.free(`${id}: branch ${n + 1}`));
    else holder.appendModules(flow, at, branch, 'modules');
    if (typeof at.last === 'string' && at.last.startsWith(`${which}.`))
      append(at, flow.free(`${id}: input`), inputNode());
    ends.push(...[at.last ?? []].flat());
  });
  const result = flow.free(`${id}: result`);
  inner.nodes[result] = { type: 'no-op', after: ends };
  appendFailure(flow, inner);
  return {
    type: 'branches',
    loop: {
      over: names,
      ...(parallel ? { parallel: Math.min(names.length, MOST_PARALLEL) } : {}),
      ...tolerated(false, parallel),
    },
    body: inner.nodes,
    result,
  };
}

/** A branch that may fail: its error takes its place, and the others do not notice. */
function appendTolerant(holder: Holder, level: Level, branch: Place, id: string): void {
  const { flow } = holder;
  const inner = newLevel(level, { kind: 'group', id, parallel: false });
  holder.appendModules(flow, inner, branch, 'modules');
  if (inner.last === undefined) return;
  append(level, id, { type: 'branches', loop: { onError: 'item' }, body: inner.nodes, result: inner.last });
}

/** The first branch whose condition holds, else the default; conditions are asked one after the other. */
export function appendBranches(holder: Holder, level: Level, id: string, title: Pick<NodeDefinition, 'title'>): void {
  const { flow, value } = holder;
  const start = { last: level.last, first: level.first };
  const ends: string[] = [];
  const branch = (from: string | string[] | undefined, place: Place, key: string): void => {
    // Its first step sees the input of the flow; without steps it hands on what came before.
    const at: Level = { ...level, last: from, first: true };
    holder.appendModules(flow, at, place, key);
    ends.push(...[at.last ?? []].flat());
  };
  let rest = start.last;
  branchesOf(value).forEach((one, n) => {
    const expr = one.text('expr');
    if (expr === undefined) return one.missing('expr', `when branch ${n + 1} of ${value.node} is taken`);
    const asked = flow.free(`${id}: branch ${n + 1}`);
    const summary = one.text('summary');
    level.nodes[asked] = {
      type: 'if',
      ...(summary === undefined || summary.trim() === '' ? {} : { title: summary }),
      ...(rest === undefined ? {} : { after: rest }),
      with: { when: template(expr, { ...start, approval: level.approval }) },
    };
    branch(`${asked}.true`, one, 'modules');
    rest = `${asked}.false`;
  });
  branch(rest, value, 'default');
  level.nodes[id] = { type: 'no-op', ...title, ...(ends.length === 0 ? {} : { after: ends }) };
  level.last = id;
  level.first = false;
}

/** One that may be skipped as a whole. */
function branchOneAsContainer(holder: Holder, level: Level, id: string): Container {
  const inner: Level = { ...newLevel(level, { kind: 'group', id, parallel: false }), first: level.first };
  const result = holder.flow.free(`${id}: result`);
  appendBranches(holder, inner, result, {});
  return { type: 'branches', body: inner.nodes, result };
}
