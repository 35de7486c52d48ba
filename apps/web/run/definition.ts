/** Owns what the run view reads out of the definition that ran: limits of a loop, ids of nodes, what it sends. Pure. */

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

export interface Sender {
  id: string;
  title: string;
  type: string;
  /** An address or a receiver, where it is written in the definition; else ''. */
  where: string;
  /** The outermost container around it; null: it is on the top level. */
  container: string | null;
  /** Containers around it. */
  depth: number;
}

/** What sends by being what it is. */
const SENDS: ReadonlySet<string> = new Set(['send-email', 'slack', 'discord', 'telegram', 'write-file', 's3']);
const READS: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'OPTIONS']);
const READING: ReadonlySet<unknown> = new Set(['get', 'list', 'download', 'read', 'history', 'channels', 'search']);
const WHERE = ['url', 'to', 'channel', 'chat', 'path', 'file', 'bucket'] as const;

/** Nodes that hand something to the world outside, in the order of the file. */
export function sendersOf(definition: unknown): Sender[] {
  const found: Sender[] = [];
  const among = (nodes: unknown, container: string | null, depth: number): void => {
    if (!isPlain(nodes) || depth > DEEPEST) return;
    for (const [id, node] of Object.entries(nodes)) {
      if (!isPlain(node)) continue;
      const given = isPlain(node['with']) ? node['with'] : {};
      const type = typeof node['type'] === 'string' ? node['type'] : '';
      const method = given['method'];
      const posts = type === 'http-request' && typeof method === 'string' && !READS.has(method.toUpperCase());
      if (posts || (SENDS.has(type) && !READING.has(given['operation']))) {
        const where = WHERE.map((name) => given[name]).find((one) => typeof one === 'string');
        const title = typeof node['title'] === 'string' ? node['title'] : id;
        found.push({ id, title, type, where: typeof where === 'string' ? where : '', container, depth });
      }
      among(node['body'], container ?? id, depth + 1);
    }
  };
  if (isPlain(definition)) among(definition['nodes'], null, 0);
  return found;
}
