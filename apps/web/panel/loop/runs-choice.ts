/**
 * Owns choosing how often a node runs: what that writes and takes away. What is taken away is remembered, so that
 * choosing it again brings it back. Pure but for that memory.
 */
import type { NodeDefinition } from '@rondo/core/model/definition.ts';
import type { Edit } from '../edits.ts';
import type { Runs } from './loop-facts.ts';

const FIRST_BATCH = 10;

/** By node: values that another choice took away. */
const taken = new Map<string, Record<string, unknown>>();

export function editsForRuns(id: string, node: NodeDefinition, runs: Runs): Edit[] {
  const section = (node.loop ?? {}) as Record<string, unknown>;
  const memory = taken.get(id) ?? {};
  taken.set(id, memory);
  const edits: Edit[] = [];
  const away = (...fields: string[]): void => {
    for (const field of fields) {
      if (section[field] === undefined) continue;
      memory[field] = section[field];
      edits.push({ path: ['loop', field] });
    }
  };
  const back = (field: string, first: unknown): void => {
    if (section[field] === undefined) edits.push({ path: ['loop', field], value: memory[field] ?? first });
  };
  if (node.type === 'sub-workflow') return [{ path: ['with', 'mode'], value: runs === 'item' ? 'each' : 'once' }];
  if (node.executeOnce === true && runs !== 'all') edits.push({ path: ['executeOnce'] });
  switch (runs) {
    case 'item':
      if (section['size'] !== 'all') away('size');
      else edits.push({ path: ['loop', 'size'] });
      break;
    case 'all':
      if (typeof section['size'] === 'number') memory['size'] = section['size'];
      if (node.executeOnce !== true) edits.push({ path: ['loop', 'size'], value: 'all' });
      break;
    case 'batch':
      edits.push({ path: ['loop', 'size'], value: memory['size'] ?? FIRST_BATCH });
      break;
    case 'until':
      away('times', 'while');
      back('until', '{{ $json.done }}');
      break;
    case 'while':
      away('times', 'until');
      back('while', '{{ $loop.index < 10 }}');
      break;
    case 'times':
      away('while', 'until');
      back('times', 3);
      break;
    case 'start':
    case 'pages':
      break;
  }
  return edits;
}
