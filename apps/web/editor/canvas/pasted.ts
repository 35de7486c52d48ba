/** Owns what a pasted text is: native nodes, or a workflow of another product. Loaded with the first paste. */
import { detectFormat, convert } from '@rondo/core/convert/convert.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { parseDefinition } from '@rondo/core/model/format.ts';

export interface Pasted {
  /** Null: it cannot be pasted as it is; the import dialog says why. */
  definition: Definition | null;
}

/** Null: no workflow at all. */
export function readPasted(text: string): Pasted | null {
  const format = detectFormat(text, 'clipboard');
  if (format === null) {
    const { definition } = parseDefinition(text, 'clipboard');
    return definition === null ? null : { definition };
  }
  const { definition, diagnostics } = convert(text, format, { strict: false, file: 'clipboard' });
  // What needs a person's eye goes through the dialog.
  if (definition === null || diagnostics.some((one) => one.severity !== 'hint')) return { definition: null };
  return { definition };
}
