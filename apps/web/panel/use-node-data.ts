/**
 * Owns fetching what the panes show: the iteration, the ones that expressions are previewed on, the Score of the foot.
 * What it means for the node is data/node-data.ts.
 */
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Iteration } from '@rondo/api/schemas/run.ts';
import { addressOfPlace } from '../app/addresses.ts';
import { call, keyOf, useApi } from '../app/api.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { elementOf, nameOf } from '../editor/scene/words.ts';
import { useCaret } from './code/code-field.tsx';
import type { PreviewPlace } from './code/preview.tsx';
import { runFactsOf } from './code/run-facts.ts';
import type { DataRoot } from './code/scope.ts';
import { type NodeData, nodeDataOf, rootsOf } from './data/node-data.ts';
import type { ScoreFoot } from './data/output-pane.tsx';
import { heldText, type HeldPlace, loopPath } from './data/run-place.ts';
import type { LoopFootProps } from './loop/loop-foot.tsx';
import type { ListData } from './loop/suggest-list.tsx';
import type { NodePlace } from './place.ts';

export interface ShownData {
  /** Undefined: on its way. */
  iteration: Iteration | undefined;
  data: NodeData | null;
  roots: readonly DataRoot[];
  preview: PreviewPlace | null;
  score: ScoreFoot | null;
  foot: LoopFootProps;
  /** Where the list of the node's own loop is looked for. */
  list: ListData | null;
  index: number | null;
}

const SETTLED_MS = 30_000;

export function useNodeData(definition: Definition, place: NodePlace, at: HeldPlace): ShownData {
  const { run, path, loop, indices, own } = at;
  const index = path === null ? null : (indices.at(-1) ?? null);
  const params = { id: run?.id ?? '', path: path ?? '', index: index ?? 0 };
  const route = 'GET /runs/{id}/loops/{path}/iterations/{index}' as const;
  const enabled = run !== null && path !== null && index !== null;
  const { data: iteration } = useApi(route, { params, query: {} }, { enabled, staleTime: SETTLED_MS });
  const preview = usePreviewPlace(at, iteration, place.id);
  const editing = useCaret((caret) => caret.field !== null);
  const others = useQueries({
    queries: (preview?.indices.slice(1) ?? []).map((other) => {
      const given = { params: { ...params, index: other }, query: {} };
      return {
        queryKey: keyOf(route, given),
        queryFn: () => call(route, given),
        enabled: enabled && editing,
        staleTime: SETTLED_MS,
      };
    }),
    combine: (results) => results.flatMap((one) => (one.data === undefined ? [] : [one.data])),
  });
  const fields = useApi(
    'GET /runs/{id}/loops/{path}/fields',
    { params: { id: params.id, path: params.path } },
    { enabled: enabled && editing, staleTime: SETTLED_MS * 4 },
  ).data;
  const facts = useMemo(() => (fields === undefined ? undefined : runFactsOf(fields)), [fields]);
  const outer = useOuter(definition, at);
  const data = useMemo(
    () => (iteration === undefined ? null : nodeDataOf(iteration, place, own)),
    [iteration, place, own],
  );
  const element = elementOf(nameOf(definition, at.chain.at(-1) ?? place.id));
  const roots = useMemo(
    () =>
      rootsOf({
        place,
        definition,
        iteration: iteration ?? null,
        data,
        own,
        index,
        total: loop?.total ?? null,
        element: own ? 'item' : element,
        outer,
        others: iteration === undefined ? others : [iteration, ...others],
        facts,
      }),
    [place, definition, iteration, data, own, index, loop?.total, element, outer, others, facts],
  );
  const scored = useApi(
    'GET /runs/{id}/loops/{path}/score',
    { params: { id: params.id, path: params.path }, query: {} },
    { enabled, placeholderData: keepPreviousData, refetchInterval: run?.status === 'running' ? 5_000 : false },
  ).data;
  const cause = iteration?.cause ?? null;
  const causes = useApi(
    'GET /runs/{id}/loops/{path}/causes',
    { params: { id: params.id, path: params.path } },
    { enabled: enabled && cause !== null, staleTime: SETTLED_MS },
  ).data;
  const alike = causes?.causes.find((one) => one.id === cause)?.count ?? null;
  const score: ScoreFoot | null =
    run === null || loop === null || scored === undefined || path === null
      ? null
      : {
          run: run.id,
          href: addressOfPlace.loop(run.id, path, {
            it: indices.at(-1) === undefined ? null : heldText(indices.slice(-1)),
          }),
          cells: scored.cells,
          completed: loop.completed,
          failed: loop.failed,
          total: loop.total,
          alike,
        };
  return {
    iteration,
    data,
    roots,
    preview,
    score,
    foot: footOf(definition, place, at),
    list: listOf(place, at),
    index,
  };
}

/** The iteration around the node, in which its list is made; at the top, the run alone. */
function listOf(place: NodePlace, { run, indices }: HeldPlace): ListData | null {
  if (run === null) return null;
  const level = place.around.length - 1;
  const index = indices[level];
  if (level < 0) return { id: run.id };
  return index === undefined ? null : { id: run.id, loop: loopPath(place.around, indices), index };
}

/** The iterations around, the innermost first: what `$loop.parent` and nodes of outer levels are. */
function useOuter(
  definition: Definition,
  { run, chain, indices }: HeldPlace,
): { iteration: Iteration; name: string }[] {
  const route = 'GET /runs/{id}/loops/{path}/iterations/{index}' as const;
  const levels = run === null || indices.length < chain.length ? [] : chain.slice(0, -1).map((_, at) => at);
  const found = useQueries({
    queries: levels.toReversed().map((level) => {
      const path = loopPath(chain.slice(0, level + 1), indices);
      const given = { params: { id: run?.id ?? '', path, index: indices[level] ?? 0 }, query: {} };
      return { queryKey: keyOf(route, given), queryFn: () => call(route, given), staleTime: SETTLED_MS };
    }),
    combine: (results) => results.map((one) => one.data ?? null),
  });
  const names = chain
    .slice(0, -1)
    .toReversed()
    .map((id) => elementOf(nameOf(definition, id)));
  const key = names.join('\u0000');
  return useMemo(
    () => found.flatMap((iteration, at) => (iteration === null ? [] : [{ iteration, name: names[at] ?? '' }])),
    [found, key],
  );
}

/** The held one, the first, one that is unlike it, and any. */
function usePreviewPlace(at: HeldPlace, iteration: Iteration | undefined, node: string): PreviewPlace | null {
  const { run, path, loop, indices } = at;
  const unlikeStatus = iteration?.status === 'failed' ? 'completed' : 'failed';
  const { data: unlike } = useApi(
    'GET /runs/{id}/loops/{path}/iterations',
    { params: { id: run?.id ?? '', path: path ?? '' }, query: { status: unlikeStatus, limit: 1 } },
    { enabled: run !== null && path !== null && iteration !== undefined, staleTime: SETTLED_MS },
  );
  const held = indices.at(-1);
  const total = loop?.total ?? null;
  const other = unlike?.items[0]?.index;
  return useMemo(() => {
    if (run === null || path === null || held === undefined) return null;
    const any = total === null || total < 3 ? null : anyOf(run.id, total);
    const wanted = [held, 0, other, any, total === null ? null : total - 1, 1, 2].filter(
      (one): one is number => typeof one === 'number' && (total === null || one < total),
    );
    return { run: run.id, loop: path, node, indices: [...new Set(wanted)].slice(0, 4) };
  }, [run?.id, path, held, other, total, node]);
}

/** The same for a run every time, so that the preview does not move while one types. */
function anyOf(text: string, most: number): number {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) % 2_147_483_647;
  return hash % most;
}

const plural = (word: string): string =>
  /(s|x|ch|sh)$/.test(word) ? `${word}es` : /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;

function footOf(
  definition: Definition,
  place: NodePlace,
  { run, loop, chain, indices, own }: HeldPlace,
): LoopFootProps {
  const loops = own && place.type?.group === 'trigger' ? [] : chain;
  const factors = loops.map((id, level) => {
    const name = elementOf(nameOf(definition, id));
    const isSelf = own && level === loops.length - 1 && place.type?.work !== 'container';
    const what = isSelf ? 'item' : name;
    const known = level === loops.length - 1 ? loop : (run?.loops.find((one) => one.node === id) ?? null);
    const times = known === null ? null : (known.total ?? known.completed + known.failed);
    const words = times === null || times === 1 ? what : plural(what);
    const around = indices[level - 1];
    const where =
      level > 0 && known !== null && around !== undefined
        ? ` in ${elementOf(nameOf(definition, loops[level - 1] ?? ''))} ${around + 1}`
        : '';
    return { count: times, what: words + where };
  });
  // How many there are in the others is not known here; the one that is shown is no average.
  const calls = factors.length > 1 ? null : (factors[0]?.count ?? null);
  const outer = run?.loops.find((one) => one.node === loops[0]) ?? null;
  return { factors, calls, durationMs: outer?.durationMs ?? null, cost: run?.usage?.cost ? run.usage.cost : null };
}
