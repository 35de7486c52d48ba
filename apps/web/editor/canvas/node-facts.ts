/** Owns what a node's picture takes from outside the definition: its badge, problems, and its part of the shown run. */
import type { Diagnostic } from '@rondo/core/errors.ts';
import type { Explanation } from '@rondo/core/lint/explain.ts';
import type { NodeDefinition } from '@rondo/core/model/definition.ts';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useDocument } from '../document/store.ts';
import { badgeOf, type Badge } from '../scene/words.ts';
import { useEditor } from './context.ts';
import { causesKey, type LoopFacts, useView } from './view.ts';

export interface NodeFacts {
  badge: Badge;
  problems: readonly Diagnostic[];
  /** Warnings that somebody keeps. */
  kept: readonly Diagnostic[];
  /** In the shown run. */
  failed: number;
  facts: LoopFacts | null;
  /** 0 to 1; null: no run is shown, or it has not come here. */
  done: number | null;
  failures: readonly number[] | undefined;
  /** Nodes outside loops: where they are. */
  status: string | null;
}

const NONE: readonly Diagnostic[] = [];
const ONCE: Explanation = { node: '', runs: 'once', why: '', inside: [] };
const NO_KEEP: readonly string[] = [];

export function useNodeFacts(id: string, node: NodeDefinition, parent: string | null): NodeFacts {
  const { workflow } = useEditor();
  const keep = useDocument(workflow, (document) => document.definition.layout?.[id]?.keep ?? NO_KEEP);
  const all = useView((view) => view.diagnostics.get(id) ?? NONE);
  const said = useView((view) => view.explanations.get(id)) ?? ONCE;
  const run = useView((view) => view.run);
  const own = useView((view) => view.facts.get(id)) ?? null;
  const around = useView((view) => (parent === null ? undefined : view.facts.get(parent))) ?? null;
  const step = useView((view) => view.steps.get(id)) ?? null;
  const facts = own ?? around;
  const failures = useFailures(run, facts, id, own !== null);
  const settled = facts === null ? null : facts.completed + facts.failed + facts.skipped;
  // Names of the loops around it are in it: not every change of the definition is one of the badge.
  const badge = useDocument(
    workflow,
    useShallow((document) => badgeOf(document.definition, node, said, settled)),
  );
  return useMemo(
    () => ({
      badge,
      problems: all.filter((one) => !keep.includes(one.code)),
      kept: all.filter((one) => keep.includes(one.code)),
      failed: failures.count,
      facts,
      done:
        settled === null || facts === null
          ? null
          : facts.total === null
            ? null
            : facts.total === 0
              ? 1
              : settled / facts.total,
      failures: failures.columns,
      status: facts === null && step !== null && step !== 'completed' ? step : null,
    }),
    [badge, settled, all, keep, failures, facts, step],
  );
}

const NO_FAILURES: { count: number; columns: readonly number[] | undefined } = { count: 0, columns: undefined };

/** Failures of the loop whose causes name this node; all of them for the loop's own node. */
function useFailures(run: string | null, facts: LoopFacts | null, id: string, own: boolean): typeof NO_FAILURES {
  const causes = useView((view) => view.causes.get(causesKey(run ?? '', facts?.path ?? '')));
  return useMemo(() => {
    if (run === null || facts === null || facts.failed === 0) return NO_FAILURES;
    const mine = (causes ?? []).filter((cause) => own || cause.node === id);
    const [first] = mine;
    if (first === undefined) return own ? { count: facts.failed, columns: undefined } : NO_FAILURES;
    return {
      count: own ? facts.failed : mine.reduce((sum, cause) => sum + cause.count, 0),
      columns: first.columns.map((_, at) => mine.reduce((sum, cause) => sum + (cause.columns[at] ?? 0), 0)),
    };
  }, [run, causes, facts, id, own]);
}
