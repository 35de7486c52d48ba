/**
 * Owns the canvas of a run: the definition that ran, read-only, with what each node and container has done, live; the
 * chosen iteration lights its way. Its pictures of nodes and lines are the editor's. Its own chunk, as that is large.
 */
import './run-canvas.css';
import '../../editor/canvas/canvas.css';
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import type { Explanation } from '@rondo/core/lint/explain.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace } from '../../app/addresses.ts';
import { call, useApi } from '../../app/api.ts';
import { type Editor, EditorContext } from '../../editor/canvas/context.ts';
import { Causes } from '../../editor/canvas/causes.tsx';
import { Zoom } from '../../editor/canvas/floats.tsx';
import { flowEdges, type FlowEdge, type FlowNode, flowNodes } from '../../editor/canvas/flow.ts';
import { Outline } from '../../editor/canvas/outline.tsx';
import { Overview } from '../../editor/canvas/overview.tsx';
import { EMPTY_VIEW, type LoopFacts, setView } from '../../editor/canvas/view.ts';
import { useCatalog, usePorts } from '../../editor/catalog/use-catalog.ts';
import { send, useDocument } from '../../editor/document/store.ts';
import { sceneOf } from '../../editor/scene/scene.ts';
import { nameOf } from '../../editor/scene/words.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import type { RunQuery, SetQuery } from '../address.ts';
import { useIteration } from '../detail.tsx';
import { newestOf, useFollowed } from '../follow.tsx';
import { liveKey, useLive } from '../live.ts';
import { nextFailed } from '../navigation.ts';
import { heldWords, iterationPath, levelsOf } from '../step-path.ts';
import { useCauses, useLoop } from '../use-loop.ts';
import { litOf, useLit } from './lit.ts';
import { RUN_LINES, RUN_NODES } from './nodes.tsx';
import { Picker } from './picker.tsx';

/** The editor's parts know a document by the id of its workflow; this one is no workflow's, and is never saved. */
const DOCUMENT = '(run)';
const READ_ONLY = 'This is the version that ran. Open the workflow to change it.';
/** As many, and only what is seen is mounted. */
const MANY = 60;
const FIT = {
  padding: { top: '72px', left: '40px', right: '40px', bottom: '64px' },
  maxZoom: 1,
  includeHiddenNodes: true,
} as const;

export interface RunCanvasProps {
  run: Run;
  /** Path of the loop whose iteration is shown; null: the run has none. */
  path: string | null;
  query: RunQuery;
  setQuery: SetQuery;
}

export function RunCanvas(props: RunCanvasProps) {
  const { run } = props;
  const definition = run.definition as unknown as Definition;
  const readable = typeof definition.nodes === 'object' && definition.nodes !== null;
  // Before the effects of what is inside, which fill the view.
  useLayoutEffect(() => {
    if (!readable) return undefined;
    send(DOCUMENT, { type: 'readOnly', why: READ_ONLY });
    send(DOCUMENT, { type: 'loaded', definition, version: run.version ?? 0 });
    setView({ ...EMPTY_VIEW, run: run.id });
    return () => {
      setView(EMPTY_VIEW);
      useLit.setState({ lit: null });
    };
  }, [definition, readable, run.id, run.version]);
  if (!readable) return <Empty title="The definition of this run cannot be read as a workflow." />;
  return (
    <ReactFlowProvider>
      <Drawn {...props} definition={definition} />
    </ReactFlowProvider>
  );
}

function Drawn({ run, path, query, setQuery, definition }: RunCanvasProps & { definition: Definition }) {
  const catalog = useCatalog();
  usePorts(definition);
  const selection = useDocument(DOCUMENT, (document) => document.selection);
  const isLoaded = useDocument(DOCUMENT, (document) => document.definition === definition);
  const scene = useMemo(() => sceneOf(definition, catalog), [definition, catalog]);
  const nodes = useMemo(() => flowNodes(scene, selection, false), [scene, selection]);
  const edges = useMemo(() => flowEdges(scene), [scene]);
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const width = useStore((state) => state.width);
  const isFitted = useRef(false);
  useEffect(() => {
    if (isFitted.current || scene.nodes.length === 0 || width === 0 || !isLoaded) return;
    isFitted.current = true;
    void flow.fitView({ ...FIT, minZoom: 0.2 });
  }, [flow, scene, width, isLoaded]);
  useExplanations(definition);

  const loop = useLoop(run, path);
  const levels = useMemo(() => (path === null ? [] : levelsOf(path)), [path]);
  const { data: found } = useCauses(run.id, path ?? '', path !== null && (loop?.failed ?? 0) > 0);
  const followed = useFollowed(query.follow, loop == null ? null : newestOf(loop, query, found?.causes ?? []));
  const index = query.it ?? followed;
  const { data: iteration } = useIteration(run.id, path ?? '', path === null ? null : index, query);
  const shown = iteration !== undefined && iteration.index === index ? iteration : undefined;
  useFacts(
    run,
    levels.flatMap((one) => (one.index === null ? [] : [iterationPath(one.path, one.index)])),
    loop ?? null,
    shown?.loops,
  );

  const lit = useMemo(() => {
    if (loop == null || shown === undefined) return null;
    return litOf({
      scene,
      loop: loop.node,
      around: levels.slice(0, -1).map((level) => level.node),
      iteration: shown,
      portOf(node, name) {
        const one = scene.nodes.find(({ id }) => id === node);
        return Math.max(0, (one === undefined ? undefined : catalog?.portsOf(one.node)?.outputs)?.indexOf(name) ?? 0);
      },
    });
  }, [scene, loop?.node, levels, shown, catalog]);
  useEffect(() => useLit.setState({ lit }), [lit]);

  const open = (node: string): void => {
    if (run.workflowId === null) return;
    const held = path === null || index === null ? {} : { it: heldWords(path, index) };
    navigate(addressOfPlace.node(run.workflowId, node, { run: run.id, ...held }));
  };
  const latest = useRef(open);
  latest.current = open;
  const editor = useMemo<Editor>(
    () => ({ workflow: DOCUMENT, unless: READ_ONLY, open: (id) => latest.current(id) }),
    [],
  );
  const failed = (step: 1 | -1): void => {
    if (path === null) return;
    void nextFailed(run.id, path, index, step).then((to) => to !== null && setQuery({ it: to }, { replace: true }));
  };
  return (
    <EditorContext value={editor}>
      <div className="relative min-h-0 flex-1 overflow-hidden bg-bg">
        <Outline />
        <Causes />
        <ReactFlow<FlowNode, FlowEdge>
          className="canvas"
          aria-label="Canvas of the run"
          nodes={nodes}
          edges={edges}
          nodeTypes={RUN_NODES}
          edgeTypes={RUN_LINES}
          onNodeDoubleClick={(_, node) => node.type === 'step' && open(node.id)}
          nodesConnectable={false}
          nodesDraggable={false}
          elementsSelectable={false}
          deleteKeyCode={null}
          disableKeyboardA11y
          nodesFocusable={false}
          edgesFocusable={false}
          zoomOnDoubleClick={false}
          onlyRenderVisibleElements={scene.nodes.length > MANY}
          minZoom={0.05}
          maxZoom={2}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} />
          <Overview lifted={false} />
        </ReactFlow>
        <Zoom lifted={false} />
        {path !== null && loop != null && (
          <Picker
            run={run}
            loop={loop}
            levels={levels}
            titleOf={(node) => nameOf(definition, node)}
            index={index}
            iteration={shown}
            query={query}
            setQuery={setQuery}
            onFailed={failed}
          />
        )}
        <p className="absolute bottom-4 left-44 z-10 flex h-8 items-center gap-3 rounded-[8px] border border-line bg-surface px-3 text-meta text-ink2 shadow-1">
          {run.version === null ? 'A definition that was never saved' : `Version ${run.version}`}, read-only
          {run.workflowId !== null && (
            <ButtonLink small kind="ghost" href={addressOfPlace.workflow(run.workflowId)}>
              Open the workflow
            </ButtonLink>
          )}
        </p>
      </div>
    </EditorContext>
  );
}

/** How often each node runs, in words, for the badges of nodes. */
function useExplanations(definition: Definition): void {
  useEffect(() => {
    const aborter = new AbortController();
    call('POST /workflows/check', {
      body: { definition: definition as unknown as Record<string, unknown> },
      signal: aborter.signal,
    }).then(
      ({ explanations }) =>
        setView({ explanations: new Map((explanations as Explanation[]).map((one) => [one.node, one])) }),
      // Without them the badges say less.
      () => undefined,
    );
    return () => aborter.abort();
  }, [definition]);
}

/** Counts of the loops on the canvas, by node: of the top, around the chosen iteration, and inside it. */
function useFacts(run: Run, frames: readonly string[], loop: Loop | null, inside: readonly Loop[] | undefined): void {
  const live = useLive((state) => state.loops);
  const [first = '', second = ''] = frames;
  const { data: below } = useApi(
    'GET /runs/{id}/loops',
    { params: { id: run.id }, query: { under: first } },
    { enabled: first !== '' },
  );
  const { data: deeper } = useApi(
    'GET /runs/{id}/loops',
    { params: { id: run.id }, query: { under: second } },
    { enabled: second !== '' },
  );
  const { data: timeline } = useApi('GET /runs/{id}/timeline', { params: { id: run.id } }, { staleTime: 10_000 });
  useEffect(() => {
    const known = [...run.loops, ...(below?.loops ?? []), ...(deeper?.loops ?? []), ...(inside ?? [])];
    const facts = new Map<string, LoopFacts>();
    for (const one of [...known, ...(loop === null ? [] : [loop])])
      facts.set(one.node, live[liveKey(run.id, one.path)] ?? one);
    // A loop of the top that began after the run was asked for is told by events only.
    for (const [key, one] of Object.entries(live))
      if (key === liveKey(run.id, one.path) && !one.path.includes('[')) facts.set(one.node, one);
    setView({ facts });
  }, [run, below, deeper, inside, loop, live]);
  useEffect(() => {
    const steps = new Map((timeline?.steps ?? []).map((one) => [one.node, one.status]));
    setView({ steps });
  }, [timeline]);
}
