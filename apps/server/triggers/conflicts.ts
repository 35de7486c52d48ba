/**
 * Owns finding workflows that want the same id or the same address: the first file in order of path keeps
 * it, the other gets a diagnostic and is not activated. Pure.
 */
import { diagnostic, type Diagnostic } from '@rondo/core/errors.ts';
import type { Workflow } from '../workflows/workflow.ts';
import type { Trigger } from './read.ts';

/** The addresses of a trigger, one per method. */
function addresses(trigger: Trigger): string[] {
  if (trigger.kind === 'form') return [`form /forms/${trigger.path.shape}`];
  if (trigger.kind !== 'webhook') return [];
  return trigger.webhook.methods.map((method) => `webhook ${method} /hooks/${trigger.path.shape}`);
}

export function settleConflicts(workflows: readonly Workflow[]): Workflow[] {
  const owners = new Map<string, { workflow: Workflow; node: string }>();
  return workflows.map((workflow) => {
    const found: Diagnostic[] = [];
    const own = new Map<string, { workflow: Workflow; node: string }>();
    const claim = (what: string, node: string, path: (string | number)[], message: (by: string) => string): void => {
      const owner = owners.get(what) ?? own.get(what);
      if (owner === undefined) own.set(what, { workflow, node });
      else {
        const by = owner.workflow === workflow ? `the node ${owner.node}` : owner.workflow.shown;
        found.push(diagnostic('bad-value', path, message(by), node === '' ? {} : { node }));
      }
    };
    if (workflow.plan !== null) {
      claim(`id ${workflow.key}`, '', ['id'], (by) => `The id ${workflow.key} is that of ${by}, too; ids are unique.`);
      for (const trigger of workflow.triggers) {
        for (const address of addresses(trigger)) {
          const shown = address.slice(address.indexOf(' ') + 1);
          const path = ['nodes', trigger.node, 'with', 'path'];
          claim(address, trigger.node, path, (by) => `The address ${shown} is taken by ${by}. Give another path.`);
        }
      }
    }
    // All or nothing: half of a workflow's triggers would be a surprise.
    if (found.length > 0) return { ...workflow, triggers: [], diagnostics: [...workflow.diagnostics, ...found] };
    for (const [what, owner] of own) owners.set(what, owner);
    return workflow;
  });
}
