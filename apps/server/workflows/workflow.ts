/**
 * Owns what the server knows of one workflow file, of whichever product: definition, plan, triggers, diagnostics.
 * Does not read files.
 */
import { compile } from '@rondo/core/compile/compile.ts';
import { convert, detectFormat } from '@rondo/core/convert/convert.ts';
import { placesInForeign } from '@rondo/core/convert/places.ts';
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { locate, parseDefinition } from '@rondo/core/model/format.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import { writeDefinition } from '@rondo/core/model/write.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
import { readBeside } from '@rondo/runtime/runner/beside.ts';
import { readTriggers, type Trigger } from '../triggers/read.ts';

export interface Workflow {
  /** The same while the file is edited: its id, else its path in the folder. */
  key: string;
  id: string | null;
  name: string;
  /** Absolute. */
  file: string;
  /** Path in the folder, for people. */
  shown: string;
  /** Native text: the file's own, or what it was converted to. */
  text: string;
  /** Null when the file does not compile; then there are no triggers either. */
  definition: Definition | null;
  plan: Plan | null;
  triggers: Trigger[];
  diagnostics: Diagnostic[];
}

export function readWorkflow(text: string, file: string, shown: string, registry: NodeRegistry): Workflow {
  const read = readAny(text, file, shown);
  const { definition, diagnostics } = read;
  // A mistake of form does not make it another workflow.
  const known = definition ?? read.sound ?? null;
  const base = {
    id: known?.id ?? null,
    key: known?.id ?? shown,
    name: known?.name ?? shown,
    file,
    shown,
    text: read.text,
    definition,
  };
  if (definition === null) return { ...base, plan: null, triggers: [], diagnostics };
  const compiled = compile(definition, registry);
  const triggers = readTriggers(definition, registry);
  const found = compiled.plan === null ? compiled.diagnostics : [...compiled.diagnostics, ...triggers.diagnostics];
  const all = [...diagnostics, ...read.placed(found)];
  if (compiled.plan === null || found.some((one) => one.severity === 'error')) {
    return { ...base, definition: null, plan: null, triggers: [], diagnostics: all };
  }
  return { ...base, plan: compiled.plan, triggers: triggers.triggers, diagnostics: all };
}

interface Read {
  text: string;
  definition: Definition | null;
  sound?: Definition | null;
  diagnostics: Diagnostic[];
  /** With their places in the file. */
  placed(found: Diagnostic[]): Diagnostic[];
}

function readAny(text: string, file: string, shown: string): Read {
  const parsed = parseDefinition(text, shown);
  const format = parsed.definition === null ? detectFormat(text, shown) : null;
  if (format === null) {
    const placed = (found: Diagnostic[]): Diagnostic[] => {
      locate(text, found);
      return found;
    };
    return { ...parsed, text, placed };
  }
  const options = { strict: false, file: shown, unattended: true, read: readBeside(file) };
  const { definition, diagnostics } = convert(text, format, options);
  if (definition === null) return { text: '', definition, diagnostics, placed: (found) => found };
  const placed = (found: Diagnostic[]): Diagnostic[] =>
    placesInForeign({ text, file: shown, format }, definition, found);
  return { text: writeDefinition(definition), definition, diagnostics, placed };
}
