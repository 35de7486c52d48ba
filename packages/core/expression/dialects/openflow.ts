/**
 * Owns the rules of expressions in Windmill flows: an expression or statements with `return`, over names of their
 * own. Does not evaluate; the contract with the converter is in runtime/sandbox/isolate/dialects/openflow.ts.
 */
import type { DialectRules, Reading } from '../dialect.ts';
import { FALLBACK_NAMES, GLOBALS, NATIVE_NAMES, PAGINATION_NAMES } from '../names.ts';
import { parseBody, parseExpression, propertyName, unwrap, type Parsed, type Tree } from '../parse.ts';
import { expressionEnd, split, type FindEnd } from '../split.ts';
import { nodeReading } from './native.ts';
import { OPENFLOW_SCOPE_NAMES, OPENFLOW_UNSUPPORTED } from './openflow-names.ts';

function withOwn(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names, ...OPENFLOW_SCOPE_NAMES.map((entry) => entry.name)]);
}

export const openflow: DialectRules = {
  names: { always: withOwn(NATIVE_NAMES), page: withOwn(PAGINATION_NAMES), failure: withOwn(FALLBACK_NAMES) },
  globals: new Set([...GLOBALS, 'Promise']),
  unsupported: OPENFLOW_UNSUPPORTED,
  unknownIsUndefined: false,
  // Windmill knows when it evaluates, and the part may never be reached.
  failsLate: true,
  closesItself: false,
  split: (text) => split(text, wholeEnd(text)),
  parse,
  refuses: () => null,
  functions: new Set(),
  ownMethods: new Set(['$input', '$run', 'DateTime', 'Duration', 'Interval']),
  reading: (found, parents, nodes) => {
    if (found.name === '$') return nodeReading(found, parents, nodes);
    return found.name === 'results' ? resultsReading(found.node, parents, nodes) : null;
  },
  readingInside: () => null,
};

/** The file has no templates in text, so a value that begins and ends with the markers is one part. */
function wholeEnd(text: string): FindEnd {
  const last = text.lastIndexOf('}}');
  if (!text.startsWith('{{') || last !== text.length - 2) return expressionEnd(text);
  const isOne = parse(text.slice(2, last)).ok;
  return isOne ? () => last : expressionEnd(text);
}

const STATEMENT = /^\s*(?:return|const|let|var|if|for|while|switch|try|throw|function|class|async|await)\b/;

/** Statements begin with one of their words, or hold a semicolon outside quotes. */
function isBody(code: string): boolean {
  if (STATEMENT.test(code)) return true;
  const unquoted = code.replace(/\\[^]|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|`(?:\\[^]|[^`\\])*`/g, '');
  return unquoted.includes(';');
}

function parse(code: string): Parsed {
  return isBody(code) ? parseBody(code) : parseExpression(code);
}

/** `results.a`, `results["a"]`; anything else may read every step. */
function resultsReading(node: Tree, parents: readonly Tree[], nodes: ReadonlySet<string>): Reading {
  const member = parents.filter((one) => one.type !== 'ChainExpression').at(-1);
  if (member?.type === 'MemberExpression' && unwrap(member.object as Tree) === node) {
    const name = propertyName(member);
    // A step that does not exist, or is not in reach, has no result.
    if (name !== null) return { uses: nodes.has(name) ? [[name, 'first']] : [], mistakes: [] };
  }
  return { uses: [...nodes].map((name) => [name, 'first']), mistakes: [] };
}
