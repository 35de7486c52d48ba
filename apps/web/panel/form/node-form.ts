/**
 * Owns what every field of a node's form needs: where it writes, whether it may, what is said about it. Pure words for
 * names of parameters, too. Does not draw.
 */
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import { createContext, useContext } from 'react';
import type { Path } from '../edits.ts';

export interface NodeForm {
  node: string;
  type: string;
  readOnly: boolean;
  /** Path below the node: ['with', 'url']. Undefined takes the value away. */
  set(path: Path, value: unknown): void;
  /** `inside`: also of what lies below. */
  diagnosticsAt(path: Path, inside: boolean): readonly Diagnostic[];
  fix(diagnostic: Diagnostic): void;
  keep(diagnostic: Diagnostic): void;
}

export const FormContext = createContext<NodeForm | null>(null);

export function useNodeForm(): NodeForm {
  const form = useContext(FormContext);
  if (form === null) throw new Error('A field needs a form.');
  return form;
}

/** Shown by the editor itself while one types, in the same words. */
export const EDITOR_CODES: ReadonlySet<string> = new Set(['expression-syntax', 'unknown-name', 'template-syntax']);

/** What is said of one node, at one place of it. */
export function diagnosticsAt(
  all: readonly Diagnostic[],
  node: { id: string; path: Path },
  path: Path,
  inside: boolean,
): Diagnostic[] {
  const wanted = [...node.path, ...path].join('\u0000');
  const [section, name] = path;
  return all.filter((one) => {
    if (one.code === 'missing-field' && section === 'with' && path.length === 2)
      return one.node === node.id && one.message.includes(`the parameter ${String(name)}:`);
    const at = one.path.join('\u0000');
    return at === wanted || (inside && at.startsWith(`${wanted}\u0000`));
  });
}

const LETTERS: ReadonlySet<string> = new Set([
  'url',
  'json',
  'id',
  'sql',
  'html',
  'csv',
  'api',
  'xml',
  'http',
  'mime',
  'ms',
]);

/** `bodyType` as people read it: Body type. */
export function labelOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .split(' ')
    .map((word) => (LETTERS.has(word.toLowerCase()) ? word.toUpperCase() : word.toLowerCase()));
  const text = words.join(' ');
  return text === '' ? name : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export const defaultWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
