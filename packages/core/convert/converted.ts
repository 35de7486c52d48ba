/**
 * Owns what every converter takes and gives. Does not convert.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Definition } from '../model/definition.ts';
import type { Json } from '../model/item.ts';

export type ForeignFormat = 'n8n' | 'dify' | 'openflow';

export interface ConvertOptions {
  /** Keep the defects of the product too. */
  strict: boolean;
  /** Name of the file, for a workflow that has none, and for messages. */
  file: string;
  /** Nodes whose output is given from outside: they are not run, so their type need not be supported. */
  pinned?: ReadonlySet<string>;
  /** The text of a file beside the workflow's, by its relative path; null when it is not there. */
  read?: (path: string) => string | null;
  /** For runs that nobody started by hand: what is pinned in the file is left out, as the product does. */
  unattended?: boolean;
}

export interface Converted {
  /** Null when an error stands in the way. */
  definition: Definition | null;
  /**
   * Errors: what is not supported, node by node. Warnings: what behaves differently. Hints: what was repaired or
   * migrated. Paths are places in the foreign file.
   */
  diagnostics: Diagnostic[];
}

export type Converter = (value: { [key: string]: Json }, options: ConvertOptions) => Converted;

/** For converters: a file that is not of their form. */
export function refused(path: (string | number)[], message: string): Converted {
  return { definition: null, diagnostics: [diagnostic('file-format', path, message)] };
}
