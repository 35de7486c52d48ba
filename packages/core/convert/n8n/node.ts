/**
 * Owns how one n8n node is handed to the mapping of its type, what that mapping answers, and how it reads
 * parameters. Does not know any type; each has a file in types/. Nothing is evaluated: expressions keep n8n's own
 * names (settings.dialect).
 */
import type { LoopSettings } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';

export type N8nOnError = 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';

export interface N8nNode {
  name: string;
  /** As in the file: `n8n-nodes-base.set`. */
  type: string;
  typeVersion: number;
  /** As in the file, only what differs from the defaults of the version. */
  parameters: { [key: string]: Json };
  credentials: { [type: string]: { id?: string; name?: string } };
  executeOnce: boolean;
  onError: N8nOnError;
  /** Sub-nodes by the type of their connection: `ai_languageModel`, `ai_tool`, ... Disabled ones are left out. */
  attached: { [connection: string]: N8nNode[] };
}

/** What the mapping of a node becomes in the native definition. */
export interface Mapped {
  /** Native node type. */
  type: string;
  with?: Record<string, Json>;
  /**
   * What the node itself needs. Retries are added to it, and onError as the file says (item or port) unless this
   * has an onError of its own.
   */
  loop?: LoopSettings;
  /** Instead of what the file says. */
  executeOnce?: boolean;
  /** Native input port per n8n input index. Default: the node has one input. */
  inputs?: readonly string[];
  /** Native output port per n8n output index, without the error output. Default: one output, the first. */
  outputs?: readonly string[];
}

/** Where a mapping says what it could not keep. `parameter` is a dotted path below the node's parameters. */
export interface Report {
  /** Not supported: the workflow cannot be run. */
  unsupported(message: string, parameter?: string): void;
  /** Runs, but differs in a way that the user should know. */
  differs(message: string, parameter?: string): void;
  /** Repaired or migrated; the result is the same. */
  changed(message: string, parameter?: string): void;
  /** What the whole conversion knows. */
  readonly strict: boolean;
  readonly timezone: string | null;
}

/** Null after `report.unsupported`. */
export type Mapping = (node: N8nNode, report: Report) => Mapped | null;

/** A value of n8n's parameters as a native parameter: `=text` is a template, other text is itself. */
export function value(json: Json | undefined): Json {
  if (json === undefined) return null;
  if (typeof json === 'string') return json.startsWith('=') ? template(json.slice(1)) : literal(json);
  if (Array.isArray(json)) return json.map(value);
  if (json !== null && typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, value(member)]));
  }
  return json;
}

/** Text that is not evaluated, as a native parameter. */
export function literal(text: string): string {
  return text.replace(/(\\*)\{\{/g, (_, slashes: string) => `${slashes}${slashes}\\{{`);
}

const template = (text: string): string => pieces(text).join('');

/**
 * An expression, without its `=`, cut into its parts: texts and `{{ }}`, each a native parameter. A backslash before
 * `{{` keeps n8n from evaluating it, and stays in the text. Between `{{` and the next `}}` stands code, which is not
 * touched.
 */
export function pieces(text: string): string[] {
  const found: string[] = [];
  let words = '';
  let at = 0;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    if (open > at && text[open - 1] === '\\') {
      words += literal(text.slice(at, open + 2));
      at = open + 2;
      continue;
    }
    words += text.slice(at, open);
    if (words !== '') found.push(words);
    words = '';
    let close = text.indexOf('}}', open + 2);
    while (close > 0 && text[close - 1] === '\\') close = text.indexOf('}}', close + 2);
    at = close < 0 ? text.length : close + 2;
    found.push(text.slice(open, at));
  }
  words += text.slice(at);
  if (words !== '') found.push(words);
  return found;
}

/** A parameter at a dotted path, not converted; `otherwise` when it is absent. */
export function raw(node: N8nNode, path: string, otherwise: Json): Json {
  let at: Json | undefined = node.parameters;
  for (const key of path.split('.')) {
    if (at === null || typeof at !== 'object' || Array.isArray(at) || !Object.hasOwn(at, key)) return otherwise;
    at = at[key];
  }
  return at ?? otherwise;
}

/** A parameter at a dotted path as a native parameter. */
export function parameter(node: N8nNode, path: string, otherwise: Json): Json {
  const found = raw(node, path, null);
  return found === null ? otherwise : value(found);
}

/** Whether a value of n8n's parameters is an expression. */
export function isExpression(json: Json | undefined): json is string {
  return typeof json === 'string' && json.startsWith('=');
}

/** A parameter that decides what the node is: true or false, written in the file. An expression cannot decide that. */
export function flag(node: N8nNode, path: string, otherwise: boolean, report: Report): boolean {
  const found = raw(node, path, otherwise);
  if (typeof found === 'boolean') return found;
  if (isExpression(found)) report.unsupported('an expression cannot decide this. Write true or false.', path);
  else report.differs(`this must be true or false; ${String(otherwise)} is taken.`, path);
  return otherwise;
}

/** One word of a list, written in the file; null, and told, when it is another one. */
export function choice<T extends string>(
  node: N8nNode,
  path: string,
  words: readonly T[],
  otherwise: T,
  report: Report,
): T | null {
  const found = raw(node, path, otherwise);
  const known = words.find((word) => word === found);
  if (known !== undefined) return known;
  report.unsupported(`this must be ${words.join(', ')}, not ${JSON.stringify(found)?.slice(0, 80)}.`, path);
  return null;
}

type Row = { [key: string]: Json };

/** The rows of a list at a dotted path, those that are objects. */
export function rows(node: N8nNode, path: string): Row[] {
  const found = raw(node, path, []);
  return Array.isArray(found) ? found.filter(isRow) : [];
}

export const isRow = (json: Json | undefined): json is Row =>
  json !== null && typeof json === 'object' && !Array.isArray(json);
