/** Owns what two versions of a workflow differ in: nodes added, removed, changed field by field, lines. Pure. */
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { placedNodes } from '../document/tree.ts';

export interface FieldChange {
  /** `with.url`, `loop.parallel`, `after`. */
  path: string;
  before: string | null;
  after: string | null;
}

export interface Difference {
  kind: 'added' | 'removed' | 'changed';
  fields: readonly FieldChange[];
}

const MOST_TEXT = 400;

function flat(value: unknown, path: string, out: Map<string, string>): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) flat(inner, path === '' ? key : `${path}.${key}`, out);
    return;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  out.set(path, (text ?? '').slice(0, MOST_TEXT));
}

function fieldsOf(node: NodeDefinition): Map<string, string> {
  const { body: _, ...own } = node;
  const out = new Map<string, string>();
  flat(own, '', out);
  return out;
}

function changes(before: NodeDefinition | null, after: NodeDefinition | null): FieldChange[] {
  const old = before === null ? new Map<string, string>() : fieldsOf(before);
  const now = after === null ? new Map<string, string>() : fieldsOf(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
    const from = old.get(path) ?? null;
    const to = now.get(path) ?? null;
    return from === to ? [] : [{ path, before: from, after: to }];
  });
}

/** By node id. A node that went into another container is changed: its field `inside` says so. */
export function differencesOf(before: Definition, after: Definition): Map<string, Difference> {
  const old = new Map(placedNodes(before).map((one) => [one.id, one]));
  const now = new Map(placedNodes(after).map((one) => [one.id, one]));
  const found = new Map<string, Difference>();
  for (const [id, { node, container }] of now) {
    const was = old.get(id);
    if (was === undefined) {
      found.set(id, { kind: 'added', fields: [] });
      continue;
    }
    const fields = was.node === node ? [] : changes(was.node, node);
    if (was.container !== container)
      fields.unshift({ path: 'inside', before: was.container ?? 'the top', after: container ?? 'the top' });
    if (fields.length > 0) found.set(id, { kind: 'changed', fields });
  }
  for (const id of old.keys()) if (!now.has(id)) found.set(id, { kind: 'removed', fields: [] });
  return found;
}

/** Both versions in one picture: what was removed stands where it was. */
export function mergedFor(before: Definition, after: Definition): Definition {
  const now = new Set(placedNodes(after).map((one) => one.id));
  const gone = placedNodes(before).filter((one) => !now.has(one.id));
  if (gone.length === 0) return after;
  let nodes = after.nodes;
  for (const { id, node, container } of gone) if (container === null) nodes = { ...nodes, [id]: node };
  return { ...after, nodes, layout: { ...before.layout, ...after.layout } };
}
