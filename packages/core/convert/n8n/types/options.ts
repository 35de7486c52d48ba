/**
 * Owns reading choices of a file safely, and saying which options of a node are left out, so that none is lost without
 * a word. Does not know any node.
 */
import { raw, type N8nNode, type Report } from '../node.ts';

/** What a table says of a key that comes from a file: its own entries only. */
export const entryOf = <T>(table: Readonly<Record<string, T>>, key: unknown): T | undefined =>
  typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;

/** Options below `path` that no mapping reads. `owner` is the node that is said to be concerned, where it is another. */
export function reportOthers(
  node: N8nNode,
  path: string,
  known: readonly string[],
  report: Report,
  owner = node,
): void {
  const given = raw(node, path, {});
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return;
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    if (owner === node) report.differs(`the option ${name} is left out.`, `${path}.${name}`);
    else report.differs(`the option ${name} of ${node.name} is left out.`);
  }
}
