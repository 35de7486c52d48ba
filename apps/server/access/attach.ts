/**
 * Owns which secrets a definition uses, and that only whoever may use secrets puts further ones into a workflow: what a
 * workflow sends, its editor has in the end. Does not read values.
 */
import type { Definition } from '@rondo/core/model/definition.ts';
import { Problem } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';

/** Names that a definition gives where nodes take the name of a secret: `secret`, `ca`, what is in `secrets`. */
export function secretsIn(definition: Pick<Definition, 'nodes'>): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown, named: boolean): void => {
    if (typeof value === 'string') {
      if (named && value !== '') found.add(value);
    } else if (Array.isArray(value)) {
      for (const one of value) look(one, named);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, one] of Object.entries(value)) look(one, named || key === 'ca' || /secret/i.test(key));
    }
  };
  look(definition.nodes, false);
  return found;
}

/** Throws Problem 403 when the new definition uses secrets that the one before did not, and the caller may use none. */
export function checkAttaches(
  caller: Caller,
  next: Pick<Definition, 'nodes'> | null,
  before: Pick<Definition, 'nodes'> | null,
): void {
  if (next === null || caller.scopes.has('secret:use')) return;
  const known = before === null ? new Set<string>() : secretsIn(before);
  const added = [...secretsIn(next)].find((name) => !known.has(name));
  if (added === undefined) return;
  throw new Problem(
    403,
    'scope-missing',
    `${caller.name} does not have the scope secret:use, which using ${added} needs.`,
    {
      more: { scope: 'secret:use' },
    },
  );
}
