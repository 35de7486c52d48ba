/**
 * Owns a list of modules: one step after the other, each with what stands around it. Kinds that hold modules are in
 * containers.ts, the others in leaf.ts.
 */
import type { NodeDefinition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';
import { appendApproval } from './approval.ts';
import { appendBranches, containerOf, type Holder } from './containers.ts';
import { seenAt, type Flow, type Level, type Nodes } from './flow.ts';
import { inputNode, leafOf } from './leaf.ts';
import type { Around, Place } from './module.ts';
import { append, appendSleep, appendStop, hintsOf, loopOf, mockOf, skipOf } from './options.ts';

/** A level without steps. `first`: its item is not the input of the flow. */
export const levelIn = (nodes: Nodes, around: readonly Around[], first: boolean): Level => ({
  nodes,
  last: undefined,
  first,
  approval: null,
  around,
});

/** Adds the modules of a list to the level. `place` holds it under `key`. */
export function appendModules(flow: Flow, level: Level, place: Place, key: string): void {
  const modules = place.list(key) ?? [];
  modules.forEach((module, n) => {
    if (isObject(module)) {
      const at = place.at(module, key, n);
      appendModule(flow, level, new (at.constructor as typeof Place)(module, at.path, at.out, flow.idOf(module)));
    } else place.report('wrong-type', `A step must be an object, not ${describe(module)}.`, key);
  });
}

const HOLDERS: readonly string[] = ['forloopflow', 'whileloopflow', 'branchall', 'branchone'];

function appendModule(flow: Flow, level: Level, module: Place): void {
  const id = module.node as string;
  const value = module.object('value');
  const kind = value?.text('type');
  hintsOf(module);
  const summary = module.text('summary');
  const title = summary === undefined || summary.trim() === '' ? {} : { title: summary };
  if (value === undefined || kind === undefined) {
    return (value ?? module).missing(value === undefined ? 'value' : 'type', 'what kind of step it is');
  }
  const mock = flow.isPinned(id) ? { pin: [] as Json[] } : mockOf(module);
  if (mock.pin !== undefined) {
    // What it would do does not matter; the pin of the run comes before that of the file.
    append(level, id, { type: 'no-op', ...title, ...(mock.pin.length > 0 ? mock : {}) });
    return after(flow, level, module, {});
  }
  if (needsInput(level, module, value, kind)) append(level, flow.free(`${id}: input`), inputNode());
  const seen = seenAt(level);
  const skip = skipOf(module, seen);
  const loop = loopOf(module, seen);
  const special = Object.keys(loop).length > 0;
  if (HOLDERS.includes(kind)) {
    const holder: Holder = { flow, module, value, appendModules };
    // Its own loop section is about its iterations; what is said of it as a whole needs a container around it.
    const inner = special ? innerLevel(level, id) : level;
    const own = special ? flow.free(`${id}: body`) : id;
    if (kind === 'branchone' && skip.skipWhen === undefined) appendBranches(holder, inner, own, special ? {} : title);
    else {
      const node = containerOf(holder, kind, inner, own);
      if (node === null) return;
      append(inner, own, { ...node, ...(special ? {} : { ...title, ...skip }) });
    }
    if (special) {
      const result = inner.last as string;
      append(level, id, { type: 'branches', ...title, ...skip, loop, body: inner.nodes, result });
    }
  } else {
    const leaf = leafOf(flow, value, kind, seen);
    if (leaf === null) return;
    append(level, id, { ...leaf, ...title, ...skip, ...(special ? { loop } : {}) });
  }
  after(flow, level, module, skip);
}

/** What comes after the step, before the next one. */
function after(flow: Flow, level: Level, module: Place, skip: Pick<NodeDefinition, 'skipWhen'>): void {
  const kind = module.object('value')?.get('type');
  const loops = kind === 'forloopflow' || kind === 'whileloopflow';
  // Of a loop it is asked after each iteration.
  if (!loops) appendStop(flow, level, module, 'stop_after_if', skip.skipWhen);
  if (loops || kind === 'branchall') appendStop(flow, level, module, 'stop_after_all_iters_if', skip.skipWhen);
  appendApproval(flow, level, module);
  appendSleep(flow, level, module);
}

/** A container around one step has a level of its own, whose item is that of the level around. */
const innerLevel = (level: Level, id: string): Level => ({
  ...levelIn({}, [{ kind: 'group', id, parallel: false }, ...level.around], level.first),
  approval: level.approval,
});

/** Where the first step of a level hands on what came before it, that must be the input of the flow. */
function needsInput(level: Level, module: Place, value: Place, kind: string): boolean {
  if (!level.first) return false;
  if (kind === 'identity' || module.get('skip_if') !== undefined) return true;
  if (kind !== 'branchone') return false;
  const branches = (value.get('branches') ?? []) as Json;
  const lists = Array.isArray(branches) ? branches.map((one) => (isObject(one) ? one.modules : null)) : [];
  return [...lists, value.get('default') ?? []].some((list) => !Array.isArray(list) || list.length === 0);
}
