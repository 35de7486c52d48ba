/**
 * Owns the list of lint rules and what they say of a definition. Pure. Each rule has a file of its own in rules/.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Definition } from '../model/definition.ts';
import type { NodeRegistry } from '../model/node-type.ts';
import { Amounts } from './amount.ts';
import { lintGraph } from './graph.ts';
import type { Rule } from './rule.ts';
import { aggregateWithoutOnce } from './rules/aggregate-without-once.ts';
import { constantAfterFanOut } from './rules/constant-after-fan-out.ts';
import { fanOutTooLarge } from './rules/fan-out-too-large.ts';
import { loopNotNeeded } from './rules/loop-not-needed.ts';
import { loopOutputMiswired } from './rules/loop-output-miswired.ts';
import { loopWithoutEnd } from './rules/loop-without-end.ts';
import { manualPagination } from './rules/manual-pagination.ts';
import { notifyPerItem } from './rules/notify-per-item.ts';
import { parallelWithCarry } from './rules/parallel-with-carry.ts';
import { recursionWithoutDepth } from './rules/recursion-without-depth.ts';
import { subWorkflowOnce } from './rules/sub-workflow-once.ts';
import { twoResponders } from './rules/two-responders.ts';
import { unsafeRetry } from './rules/unsafe-retry.ts';

export const RULES: readonly Rule[] = [
  loopNotNeeded,
  aggregateWithoutOnce,
  notifyPerItem,
  manualPagination,
  loopWithoutEnd,
  twoResponders,
  constantAfterFanOut,
  recursionWithoutDepth,
  parallelWithCarry,
  subWorkflowOnce,
  unsafeRetry,
  loopOutputMiswired,
  fanOutTooLarge,
];

/** Warnings and hints about a definition whose form is right. Paths are places in the definition. */
export function lint(definition: Definition, registry: NodeRegistry): Diagnostic[] {
  const graph = lintGraph(definition, registry);
  const amounts = new Amounts(graph);
  return RULES.flatMap((rule) =>
    rule
      .find(graph, amounts)
      .map(({ node, message, fix, severity = 'warning', at = [] }) =>
        diagnostic(rule.code, [...node.path, ...at], message, { severity, node: node.id, fix }),
      ),
  );
}
