/**
 * Owns the pinned items of a n8n file: items to use instead of running a node.
 */
import { diagnostic, type Diagnostic } from '../../errors.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';
import { isWrapped, pinFor } from '../given.ts';
import type { Entry } from './read-nodes.ts';

export function readPins(value: Json | undefined, entries: readonly Entry[], out: Diagnostic[]): Map<string, Json[]> {
  const pins = new Map<string, Json[]>();
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return pins;
  const wrong = (path: (string | number)[], expected: string, found: Json): void => {
    out.push(diagnostic('wrong-type', path, `${path.join('.')} must be ${expected}, not ${describe(found)}.`));
  };
  if (!isObject(value)) {
    wrong(['pinData'], 'an object', value);
    return pins;
  }
  for (const { node, disabled } of entries) {
    const items = Object.hasOwn(value, node.name) ? value[node.name] : undefined;
    if (items === undefined || items === null) continue;
    if (!Array.isArray(items)) {
      wrong(['pinData', node.name], 'a list of items', items);
      continue;
    }
    const odd = items.findIndex((item) => !isObject(item));
    if (odd >= 0) {
      wrong(['pinData', node.name, odd], 'an object', items[odd] ?? null);
      continue;
    }
    if (disabled) continue;
    pins.set(node.name, pinFor('n8n', items));
    if (items.some((item) => isWrapped(item) && Object.hasOwn(item, 'binary'))) {
      const message = `The pinned items of ${node.name} have files, which are not kept.`;
      const path = ['pinData', node.name];
      out.push(diagnostic('differs', path, message, { severity: 'warning', node: node.name }));
    }
  }
  if (pins.size > 0) {
    const names = [...pins.keys()].join(', ');
    const message = `These nodes do not run; their pinned items are used instead: ${names}.`;
    out.push(diagnostic('converted', ['pinData'], message, { severity: 'hint' }));
  }
  return pins;
}
