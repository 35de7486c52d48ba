/**
 * Owns how one n8n node is handed to the mapping of its type, and what that mapping answers. Does not know any
 * type; each has a file in types/.
 */
import type { LoopSettings } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';

export interface N8nNode {
  name: string;
  /** As in the file: `n8n-nodes-base.set`. */
  type: string;
  typeVersion: number;
  /** As in the file, only what differs from the defaults of the version. */
  parameters: { [key: string]: Json };
  credentials: { [type: string]: { id?: string; name?: string } };
  executeOnce: boolean;
  onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
}

/** What the mapping of a node becomes in the native definition. */
export interface Mapped {
  /** Native node type. */
  type: string;
  with?: Record<string, Json>;
  loop?: LoopSettings;
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
  if (typeof json === 'string') {
    return json.startsWith('=')
      ? json.slice(1)
      : json.replace(/(\\*)\{\{/g, (_, slashes: string) => `${slashes}${slashes}\\{{`);
  }
  if (Array.isArray(json)) return json.map(value);
  if (json !== null && typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, value(member)]));
  }
  return json;
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
