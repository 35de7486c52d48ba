/**
 * Owns what the conversion of one flow knows: names of nodes that are taken, diagnostics, what the flow says for all
 * of its steps. Converts nothing.
 */
import type { Diagnostic } from '../../errors.ts';
import type { NodeDefinition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject, ID_PATTERN } from '../../model/shape.ts';
import type { ConvertOptions } from '../converted.ts';
import type { Seen } from './expression.ts';
import type { Around, Path, Place } from './module.ts';

export type Nodes = Record<string, NodeDefinition>;

/** A level that is being built: the top, or the body of a container. */
export interface Level {
  nodes: Nodes;
  /** What the next step comes after; undefined: what the level is given. */
  last: string | string[] | undefined;
  /** The current item there is not the input of the flow, though no step has run. */
  first: boolean;
  approval: string | null;
  around: readonly Around[];
}

export const seenAt = (level: Level): Seen => ({ first: level.first, approval: level.approval });

export class Flow {
  readonly options: ConvertOptions;
  readonly out: Diagnostic[];
  /** The step that stands for a failure; each level of a loop has a copy. */
  readonly failure: Place | null;
  readonly #ids: Set<string>;
  readonly #given = new Map<Place['fields'], string>();

  constructor(root: Place, options: ConvertOptions) {
    this.options = options;
    this.out = root.out;
    const value = root.object('value');
    const failure = value?.get('failure_module');
    this.failure = isObject(failure) ? (value as Place).at(failure, 'failure_module') : null;
    this.#ids = new Set();
    for (const { fields, path } of modulesIn(root)) {
      const { id } = fields;
      if (id === undefined || id === null) continue;
      if (typeof id !== 'string' || !ID_PATTERN.test(id)) {
        root.at({}).report('wrong-type', `The id of a step must be a short text, not ${describe(id)}.`);
        this.out.push({ ...(this.out.pop() as Diagnostic), path: [...path, 'id'] });
      } else if (this.#ids.has(id)) {
        root.at({}).report('bad-value', `Two steps have the id ${id}; ids are unique in a flow.`);
        this.out.push({ ...(this.out.pop() as Diagnostic), path: [...path, 'id'], node: id });
      } else {
        this.#ids.add(id);
        this.#given.set(fields, id);
      }
    }
  }

  /** Of a module: its own id, or one that is free. */
  idOf(fields: Place['fields'], otherwise = 'step'): string {
    let id = this.#given.get(fields);
    if (id === undefined) {
      id = this.free(otherwise);
      this.#given.set(fields, id);
    }
    return id;
  }

  /** A node beside those of the file. */
  free(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.#ids.has(id); n += 1) id = `${wanted} ${n}`;
    this.#ids.add(id);
    return id;
  }

  isPinned(id: string): boolean {
    return this.options.pinned?.has(id) === true;
  }
}

interface Found {
  fields: Place['fields'];
  path: Path;
}

/** Every module of the file, in containers too. */
function modulesIn(root: Place): Found[] {
  const found: Found[] = [];
  const one = (value: Json | undefined, path: Path): void => {
    if (!isObject(value)) return;
    found.push({ fields: value, path });
    const inner = value.value;
    if (!isObject(inner)) return;
    list(inner.modules, [...path, 'value', 'modules']);
    list(inner.default, [...path, 'value', 'default']);
    if (!Array.isArray(inner.branches)) return;
    inner.branches.forEach((branch, n) => {
      if (isObject(branch)) list(branch.modules, [...path, 'value', 'branches', n, 'modules']);
    });
  };
  const list = (value: Json | undefined, path: Path): void => {
    if (Array.isArray(value)) value.forEach((module, n) => one(module, [...path, n]));
  };
  const { value } = root.fields;
  if (!isObject(value)) return found;
  list(value.modules, ['value', 'modules']);
  one(value.preprocessor_module, ['value', 'preprocessor_module']);
  one(value.failure_module, ['value', 'failure_module']);
  return found;
}
