/**
 * Owns the rule against a workflow that calls itself with nothing to end it: no decision, empty list or counted depth
 * between its start and the call.
 */
import { ahead, decides, parameter, type LintNode } from '../graph.ts';
import { textsOf } from '../texts.ts';
import type { Rule } from '../rule.ts';

export const recursionWithoutDepth: Rule = {
  code: 'recursion-without-depth',
  find(graph) {
    const names = new Set(
      [graph.definition.id, graph.definition.name].filter((name) => name !== undefined && name !== ''),
    );
    return graph.nodes.flatMap((node) => {
      if (node.type.type !== 'sub-workflow' || node.node.disabled === true) return [];
      const called = parameter(node, 'workflow');
      if (
        typeof called !== 'string' ||
        !(names.has(called) || names.has(called.replace(/^\.\//, '').replace(/\.ya?ml$|\.json$/, '')))
      )
        return [];
      if (graph.definition.settings?.limits?.['workflow.depth'] !== undefined || endsSomewhere(node)) return [];
      return [
        {
          node,
          message: `${node.id} calls this workflow itself, and nothing before it can end that.`,
          fix: {
            text: 'Hand on a depth (depth + 1) and let an If or Filter before the call end it; or call it only for children that there are.',
          },
        },
      ];
    });
  },
};

function endsSomewhere(node: LintNode): boolean {
  for (let at: LintNode | null = node; at !== null; at = at.level.container) {
    // A list of children that is empty at the leaves ends it too.
    const before = [...ahead(at)];
    if (before.some((one) => decides(one) || ends(one))) return true;
    if (at !== node && at.node.loop?.over !== undefined) return true;
  }
  return false;
}

const ends = (node: LintNode): boolean =>
  ['split-out', 'code', 'python', 'http-request', 'postgres', 'mysql', 'sqlite', 'list-files'].includes(
    node.type.type,
  ) || textsOf(node).some(({ code }) => /\bdepth\b.*[<>]/.test(code));
