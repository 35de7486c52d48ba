/** Owns what the server knows of one workflow file: definition, plan, triggers, diagnostics. Does not read files. */
import { compile } from '@rondo/core/compile/compile.ts';
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { locate, parseDefinition } from '@rondo/core/model/format.ts';
import type { NodeRegistry } from '@rondo/core/model/node-type.ts';
import type { Plan } from '@rondo/core/model/plan.ts';
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
  text: string;
  /** Null when the file does not compile; then there are no triggers either. */
  definition: Definition | null;
  plan: Plan | null;
  triggers: Trigger[];
  diagnostics: Diagnostic[];
}

export function readWorkflow(text: string, file: string, shown: string, registry: NodeRegistry): Workflow {
  const { definition, diagnostics } = parseDefinition(text, shown);
  const base = {
    id: definition?.id ?? null,
    key: definition?.id ?? shown,
    name: definition?.name ?? shown,
    file,
    shown,
    text,
    definition,
  };
  const invalid = (found: Diagnostic[]): Workflow => {
    locate(text, found);
    return { ...base, definition: null, plan: null, triggers: [], diagnostics: found };
  };
  if (definition === null) return { ...base, plan: null, triggers: [], diagnostics };
  const compiled = compile(definition, registry);
  const all = [...diagnostics, ...compiled.diagnostics];
  if (compiled.plan === null) return invalid(all);
  const read = readTriggers(definition, registry);
  all.push(...read.diagnostics);
  if (read.diagnostics.some((one) => one.severity === 'error')) return invalid(all);
  return { ...base, plan: compiled.plan, triggers: read.triggers, diagnostics: all };
}
