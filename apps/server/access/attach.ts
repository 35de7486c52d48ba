/**
 * Owns which secrets a definition uses, and that only whoever may use secrets puts further ones into a workflow: what a
 * workflow sends, its editor has in the end. Does not read values.
 */
import type { Definition } from '@rondo/core/model/definition.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';

/** Keys below which strings are names of secrets: `apiKey` of models, all fields of a certificate, and what says so. */
const NAMING = /secret|^ca$|^apiKey$|^certificate$/i;

function namesIn(value: unknown, named: boolean, found: Set<string>): Set<string> {
  if (typeof value === 'string') {
    if (named && value !== '') found.add(value);
  } else if (Array.isArray(value)) {
    for (const one of value) namesIn(one, named, found);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, one] of Object.entries(value)) namesIn(one, named || NAMING.test(key), found);
  }
  return found;
}

/** Names that a definition gives where nodes take the name of a secret. */
export function secretsIn({ nodes }: Pick<Definition, 'nodes'>): Set<string> {
  return new Set(usesIn(nodes, '').flatMap(({ names }) => names));
}

/** Throws Problem 403 when the new definition sends secrets otherwise than the one before, and the caller may use none. */
export function checkAttaches(
  caller: Caller,
  next: Pick<Definition, 'nodes'> | null,
  before: Pick<Definition, 'nodes'> | null,
): void {
  if (next === null || caller.scopes.has('secret:use')) return;
  const known = new Map((before === null ? [] : usesIn(before.nodes, '')).map(({ node, sends }) => [node, sends]));
  for (const { node, names, sends } of usesIn(next.nodes, '')) {
    if (known.get(node) === sends) continue;
    const what = known.has(node) ? `changing where ${names[0]} is sent` : `using ${names[0]}`;
    throw new Problem(403, 'scope-missing', `${caller.name} does not have the scope secret:use, which ${what} needs.`, {
      more: { scope: 'secret:use' },
    });
  }
}

interface Use {
  /** Ids from the outermost container. */
  node: string;
  names: string[];
  /** All that decides where they are sent. */
  sends: string;
}

function usesIn(nodes: Definition['nodes'], within: string): Use[] {
  return Object.entries(nodes).flatMap(([id, { type, with: given, loop, body }]): Use[] => {
    const node = `${within}/${id}`;
    const names = [...namesIn([given, loop], false, new Set())];
    const own = names.length === 0 ? [] : [{ node, names, sends: JSON.stringify([type, given, loop]) }];
    return body === undefined ? own : [...own, ...usesIn(body, node)];
  });
}
