/**
 * Owns refusing a run whose sub-workflows cannot be run: files that a node calls by a fixed name are read before
 * anything starts. What is called by an expression shows on the way. Does not compile.
 */
import { relative } from 'node:path';
import type { Definition, NodeDefinition } from '@rondo/core/model/definition.ts';
import { InvalidFile } from './exit.ts';
import { openFormat, type OpenedFile } from './formats.ts';

const MOST_FILES = 200;

/** `pinned`: nodes that are not run this time. `folder`: where sub-workflows are. */
export async function refuseCallees(
  opened: OpenedFile,
  folder: string,
  pinned: ReadonlySet<string>,
  cwd: string,
): Promise<void> {
  const first = callsOf(opened.definition).filter(({ node }) => !pinned.has(node));
  if (first.length === 0) return;
  const { workflowFinder } = await import('@rondo/runtime/runner/workflows.ts');
  const find = workflowFinder(folder);
  const seen = new Set([opened.file.path]);
  const strictCompat = opened.definition?.settings?.strict === true;
  const waiting = [...first];
  for (let call = waiting.shift(); call !== undefined && seen.size < MOST_FILES; call = waiting.shift()) {
    const found = await find(call.workflow);
    // What is not there may never be asked for.
    if (found === null || seen.has(found.file)) continue;
    seen.add(found.file);
    const shown = relative(cwd, found.file);
    const file = { path: found.file, shown: shown.startsWith('..') ? found.file : shown, text: found.text };
    const callee = await openFormat(file, { strictCompat }, { called: true });
    if (callee.definition === null) {
      const diagnostics = callee.diagnostics.map((one) => ({
        ...one,
        message: `${file.shown}, which ${call.node} calls: ${one.message}`,
      }));
      throw new InvalidFile(diagnostics, file.shown, file.text);
    }
    waiting.push(...callsOf(callee.definition));
  }
}

interface Call {
  node: string;
  workflow: string;
}

function callsOf(definition: Definition | null): Call[] {
  const calls: Call[] = [];
  const visit = (nodes: Record<string, NodeDefinition>): void => {
    for (const [id, node] of Object.entries(nodes)) {
      if (node.disabled === true || node.pin !== undefined) continue;
      const workflow = node.type === 'sub-workflow' ? node.with?.workflow : undefined;
      if (typeof workflow === 'string' && !workflow.includes('{{')) calls.push({ node: id, workflow });
      if (node.body !== undefined) visit(node.body);
    }
  };
  visit(definition?.nodes ?? {});
  return calls;
}
