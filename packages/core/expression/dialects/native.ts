/** Owns the rules of native expressions; those of Dify start from them. Does not evaluate. */
import { nearest } from '../../model/shape.ts';
import type { DialectRules, Reading } from '../dialect.ts';
import { FUNCTION_NAMES } from '../function-names.ts';
import type { Mistake } from '../inspect.ts';
import { FALLBACK_NAMES, GLOBALS, NATIVE_NAMES, PAGINATION_NAMES } from '../names.ts';
import { parseExpression, unwrap, type Tree } from '../parse.ts';
import { isCalled, literalText, nativeUse } from '../references.ts';
import type { Free } from '../scope.ts';
import { split } from '../split.ts';

export const native: DialectRules = {
  names: { always: NATIVE_NAMES, page: PAGINATION_NAMES, failure: FALLBACK_NAMES },
  globals: GLOBALS,
  unsupported: new Map(),
  unknownIsUndefined: false,
  failsLate: false,
  closesItself: false,
  split: (text) => split(text),
  parse: parseExpression,
  refuses: () => null,
  functions: FUNCTION_NAMES,
  ownMethods: new Set(['$input', '$run', 'DateTime', 'Duration', 'Interval']),
  reading: (found, parents, nodes) => (found.name === '$' ? nodeReading(found, parents, nodes) : null),
  readingInside: () => null,
};

const mistake = (code: Mistake['code'], at: Tree, message: string, instead: string | null = null): Mistake => ({
  code,
  message,
  start: at.start,
  end: at.end,
  instead,
});

/** `$('node')`, checked. */
export function nodeReading(found: Free, parents: readonly Tree[], nodes: ReadonlySet<string>): Reading {
  const call = parents.at(-1);
  if (!isCalled(found.node, call)) {
    const message = "$ must be called with the id of a node: $('node').";
    return { uses: [], mistakes: [mistake('expression-syntax', found.node, message)] };
  }
  const name = (call.arguments as Tree[])[0];
  const node = name === undefined ? null : literalText(unwrap(name));
  if (name === undefined || node === null) {
    const message = "$() needs the id of a node as a plain text, such as $('node'); a computed one cannot be checked.";
    return { uses: [], mistakes: [mistake('expression-syntax', name ?? call, message)] };
  }
  return {
    uses: [[node, nativeUse(call, parents.slice(0, -1))]],
    mistakes: nodes.has(node) ? [] : [unknownNode(node, name, nodes)],
  };
}

export function unknownNode(node: string, at: Tree, nodes: ReadonlySet<string>): Mistake {
  const near = nearest(node, nodes);
  const others = [...nodes].slice(0, 8).join(', ');
  const hint = near !== null ? `Did you mean ${near}?` : others === '' ? '' : `Nodes here: ${others}.`;
  const instead = near === null ? null : JSON.stringify(near).replaceAll('"', "'");
  return mistake('unknown-node', at, `There is no node ${node} that can be read here. ${hint}`.trim(), instead);
}
