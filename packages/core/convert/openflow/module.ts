/**
 * Owns how a module of a flow is read: its fields by type, with a diagnostic where one has another. Knows what a
 * flow file looks like, not what becomes of it.
 */
import { diagnostic, type Code, type Diagnostic } from '../../errors.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';

export type Path = (string | number)[];
export type Fields = { [key: string]: Json };

/** One place of the file: an object and the path to it. */
export class Place {
  readonly fields: Fields;
  readonly path: Path;
  readonly out: Diagnostic[];
  /** Of the module, for people. */
  readonly node: string | undefined;

  constructor(fields: Fields, path: Path, out: Diagnostic[], node?: string) {
    this.fields = fields;
    this.path = path;
    this.out = out;
    this.node = node;
  }

  /** Absent and null are the same. */
  get(key: string): Json | undefined {
    return Object.hasOwn(this.fields, key) ? (this.fields[key] ?? undefined) : undefined;
  }

  text(key: string): string | undefined {
    return this.#typed(key, 'text', (value) => typeof value === 'string') as string | undefined;
  }

  number(key: string): number | undefined {
    return this.#typed(key, 'a number', (value) => typeof value === 'number') as number | undefined;
  }

  flag(key: string): boolean | undefined {
    return this.#typed(key, 'true or false', (value) => typeof value === 'boolean') as boolean | undefined;
  }

  list(key: string): Json[] | undefined {
    return this.#typed(key, 'a list', (value) => Array.isArray(value)) as Json[] | undefined;
  }

  object(key: string): Place | undefined {
    const value = this.#typed(key, 'an object', isObject);
    return value === undefined ? undefined : this.at(value as Fields, key);
  }

  at(fields: Fields, ...keys: Path): Place {
    return new Place(fields, [...this.path, ...keys], this.out, this.node);
  }

  #typed(key: string, what: string, test: (value: Json) => boolean): Json | undefined {
    const value = this.get(key);
    if (value === undefined || test(value)) return value;
    this.report('wrong-type', `${this.#of(key)} must be ${what}, not ${describe(value)}.`, key);
    return undefined;
  }

  #of(key: string): string {
    return this.node === undefined ? key : `${key} of ${this.node}`;
  }

  missing(key: string, what: string): void {
    this.report('missing-field', `${this.node ?? 'The flow'} needs the field ${key}: ${what}.`);
  }

  report(code: Code, message: string, key?: string, severity: Diagnostic['severity'] = 'error'): void {
    const at = key === undefined || !Object.hasOwn(this.fields, key) ? this.path : [...this.path, key];
    this.out.push(diagnostic(code, at, message, { severity, ...(this.node === undefined ? {} : { node: this.node }) }));
  }

  /** It cannot be run. */
  unsupported(message: string, key?: string): void {
    this.report('not-supported', message, key);
  }

  /** It runs, and behaves differently. */
  differs(message: string, key?: string): void {
    this.report('differs', message, key, 'warning');
  }

  /** Repaired, or without meaning here. */
  changed(message: string, key?: string): void {
    this.report('converted', message, key, 'hint');
  }
}

/** Where a step stands, as far as what ends it is concerned; from the inside out. */
export interface Around {
  kind: 'loop' | 'branchall' | 'group';
  id: string;
  parallel: boolean;
}
