/** Owns what the run view reads out of the definition that ran: limits of a loop, ids of nodes. Pure. */

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const DEEPEST = 20;

/** A node by its id, also inside containers. */
export function nodeOf(definition: unknown, id: string, depth = 0): Plain | null {
  if (!isPlain(definition) || depth > DEEPEST) return null;
  const { nodes } = definition;
  if (!isPlain(nodes)) return null;
  const own = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
  if (isPlain(own)) return own;
  for (const node of Object.values(nodes)) {
    const found = nodeOf(node, id, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

export interface Tolerance {
  count: number | null;
  share: number | null;
}

/** How many may fail; null: all. */
export function toleranceOf(definition: unknown, id: string): Tolerance | null {
  const settings = nodeOf(definition, id)?.['loop'];
  const tolerate = isPlain(settings) ? settings['tolerate'] : undefined;
  if (!isPlain(tolerate)) return null;
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const count = number(tolerate['count']);
  const share = number(tolerate['share']);
  return count === null && share === null ? null : { count, share };
}

/** The expression whose list a loop went through; null: the items that reached it. */
export function listOf(definition: unknown, id: string): string | null {
  const parameters = nodeOf(definition, id)?.['with'];
  const over = isPlain(parameters) ? parameters['over'] : undefined;
  if (typeof over === 'string') return over;
  return isPlain(over) && typeof over['expression'] === 'string' ? over['expression'] : null;
}
