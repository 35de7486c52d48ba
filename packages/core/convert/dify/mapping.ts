/**
 * Owns how one Dify node is handed to the mapping of its type, and what that mapping answers. Does not know any type;
 * those are in types/.
 */
import { diagnostic, type Code, type Diagnostic } from '../../errors.ts';
import type { LoopSettings } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { isObject } from '../../model/shape.ts';
import type { DifyVariable, Members } from './document.ts';
import type { Names } from './expression.ts';
import { nameOf, type DifyNode } from './graph.ts';

/** What a node becomes. Each gives exactly one item, whose json is the outputs of the node. */
export interface Mapped {
  /** Native node type. */
  type: string;
  with?: Record<string, Json>;
  loop?: LoopSettings;
  /** Native output port by Dify's handle, in order. Default: `source` is the first one. */
  ports?: readonly (readonly [handle: string, port: string])[];
  /** Dify's name of errors where a failure does not say it itself: by its code, and of all others (``). */
  errorTypes?: Readonly<Record<string, string>>;
}

/** What a mapping is given. */
export interface Place {
  node: DifyNode;
  data: Members;
  names: Names;
  report: Report;
  chat: boolean;
  /** Variables of the conversation, by name. */
  conversation: ReadonlyMap<string, DifyVariable>;
}

/** Null after `report.unsupported`. */
export type Mapping = (place: Place) => Mapped | null;

/** Where a mapping says what it could not keep. `parameter` is a dotted path below the node's data. */
export class Report {
  readonly #node: DifyNode;
  readonly #out: Diagnostic[];

  constructor(node: DifyNode, out: Diagnostic[]) {
    this.#node = node;
    this.#out = out;
  }

  /** Not supported: the workflow cannot be run unless the outputs of the node are given. */
  unsupported(what: string, parameter?: string): null {
    this.#say('not-supported', 'error', `${what} is not supported.`, parameter, {
      fix: { text: `Give the outputs of the node: --pin ${this.#node.id}=JSON.` },
    });
    return null;
  }

  /** Dify refuses it, too. */
  invalid(message: string, parameter?: string): null {
    this.#say('bad-value', 'error', message, parameter);
    return null;
  }

  /** Runs, but differs in a way that the user should know. */
  differs(message: string, parameter?: string): void {
    this.#say('differs', 'warning', message, parameter);
  }

  /** Repaired, migrated, or something to set up, which is said once for all nodes. */
  changed(message: string, parameter?: string): void {
    if (this.#out.some((one) => one.code === 'converted' && one.message.endsWith(`: ${message}`))) return;
    this.#say('converted', 'hint', message, parameter);
  }

  #say(
    code: Code,
    severity: Diagnostic['severity'],
    message: string,
    parameter: string | undefined,
    more: { fix?: Diagnostic['fix'] } = {},
  ): void {
    const path = [...this.#node.path, ...(parameter?.split('.') ?? [])];
    this.#out.push(
      diagnostic(code, path, `${nameOf(this.#node)}: ${message}`, { severity, node: this.#node.id, ...more }),
    );
  }
}

export const objects = (list: Json | undefined): Members[] => (Array.isArray(list) ? list.filter(isObject) : []);

export const membersOf = (value: Json | undefined): Members => (isObject(value) ? value : {});

/** A whole number, which some files hold as text. */
export function integerIn(value: Json | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : null;
}
