/** Owns what the run view reads out of the definition that ran: limits of a loop, ids of nodes. Pure. */

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const DEEPEST = 20;

/** A node by its id, also inside containers: their nodes are in `body`. */
export function nodeOf(definition: unknown, id: string): Plain | null {
  const among = (nodes: unknown, depth: number): Plain | null => {
    if (!isPlain(nodes) || depth > DEEPEST) return null;
    const own = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    if (isPlain(own)) return own;
    for (const node of Object.values(nodes)) {
      const found = isPlain(node) ? among(node['body'], depth + 1) : null;
      if (found !== null) return found;
    }
    return null;
  };
  return isPlain(definition) ? among(definition['nodes'], 0) : null;
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
  const settings = nodeOf(definition, id)?.['loop'];
  const over = isPlain(settings) ? settings['over'] : undefined;
  return typeof over === 'string' ? over : null;
}
