/**
 * Owns the canvas: the picture of the document in React Flow, and its gestures: move, connect, select, drop into a
 * loop. What a gesture does is a command of the document; nothing is kept here that is not on its way.
 */
import './canvas.css';
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type EdgeTypes,
  type FinalConnectionState,
  type NodeChange,
  type NodeTypes,
  type OnConnect,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import {
  type MouseEvent as ReactMouseEvent,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useCatalog } from '../catalog/use-catalog.ts';
import { change, documentOf, select, useDocument } from '../document/store.ts';
import { placedNode } from '../document/tree.ts';
import { kept } from '../scene/keep.ts';
import { containerAt, cornerOf, type Scene, sceneOf } from '../scene/scene.ts';
import { addNode, inLevel } from './actions.ts';
import { AddMenu } from './add-menu.tsx';
import { Backwards } from './backwards.tsx';
import { Causes } from './causes.tsx';
import { commandFor, isBackwards, whyNot, wireBetween } from './connecting.ts';
import { useEditor } from './context.ts';
import { drop } from './drop.ts';
import { FarLayer } from './far-layer.tsx';
import { EmptyCanvas, Toolbar, Zoom } from './floats.tsx';
import { flowEdges, type FlowEdge, type FlowNode, flowNodes } from './flow.ts';
import { DrawnLine, Line, Refusal } from './lines.tsx';
import { LoopNode } from './loop-node.tsx';
import { NoteNode } from './note-node.tsx';
import { Outline } from './outline.tsx';
import { Overview } from './overview.tsx';
import { StepNode } from './step-node.tsx';
import { useCanvasClipboard } from './clipboard.ts';
import { useCanvasKeys } from './keys.ts';
import { useFar } from './use-far.ts';
import { setView, useView } from './view.ts';
import { insertReady } from './ready.ts';

const NODE_TYPES: NodeTypes = { step: StepNode, loop: LoopNode, note: NoteNode };
const EDGE_TYPES: EdgeTypes = { line: Line };
/** Beside the floats, above the dock. */
export const fitWith = (lifted: boolean) =>
  ({
    padding: { top: '40px', left: '84px', right: '40px', bottom: lifted ? '180px' : '64px' },
    maxZoom: 1,
    includeHiddenNodes: true,
  }) as const;
/** As many, and only what is seen is mounted. */
const MANY = 60;

/** `covered`: a node's panel lies over it; it follows behind what is typed there. */
export function Canvas({ lifted, covered }: { lifted: boolean; covered: boolean }) {
  const { workflow, unless, open } = useEditor();
  const catalog = useCatalog();
  const own = useDocument(workflow, (document) => document.definition);
  const version = useView((view) => view.version);
  const deferred = useDeferredValue(own);
  const definition = version?.definition ?? (covered ? deferred : own);
  const selection = useDocument(workflow, (document) => document.selection);
  const before = useRef<Scene | null>(null);
  const scene = useMemo(
    () => (before.current = kept(before.current, sceneOf(definition, catalog))),
    [definition, catalog],
  );
  const editable = unless === '' && version === null;
  const [isFitted, setFitted] = useState(false);
  const far = useFar(workflow, scene, isFitted);
  const { picture, mounted } = far;
  const isPainted = picture !== null;
  const drawn = useMemo(
    () => flowNodes(scene, selection, editable, isPainted ? mounted : null),
    [scene.nodes, selection, editable, isPainted, mounted],
  );
  const edges = useMemo(() => (isPainted ? [] : flowEdges(scene)), [scene.edges, isPainted]);
  const [nodes, setNodes] = useState<FlowNode[]>(drawn);
  useEffect(() => setNodes(drawn), [drawn]);
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const menu = useView((view) => view.menu);
  const frame = useRef<HTMLDivElement>(null);
  const [chosenEdge, setChosenEdge] = useState<string | null>(null);

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const moves = changes.filter((one) => one.type === 'position');
      if (moves.length > 0) setNodes((now) => applyNodeChanges(moves, now));
      const chosen = new Set(documentOf(workflow).selection);
      let differs = false;
      for (const one of changes) {
        if (one.type !== 'select') continue;
        differs = true;
        if (one.selected) chosen.add(one.id);
        else chosen.delete(one.id);
      }
      if (differs) select(workflow, [...chosen]);
    },
    [workflow],
  );

  const dragged = useCallback(
    (ids: readonly string[], event: MouseEvent | TouchEvent): string | null => {
      const touch = 'touches' in event ? (event.touches[0] ?? event.changedTouches[0]) : event;
      if (touch === undefined) return null;
      const point = flow.screenToFlowPosition({ x: touch.clientX, y: touch.clientY });
      return containerAt(scene, point, new Set(ids));
    },
    [flow, scene],
  );

  const onNodeDrag = useCallback(
    (event: MouseEvent | TouchEvent, _: FlowNode, moved: FlowNode[]) => {
      const nodesOnly = moved.filter((one) => one.type !== 'note').map((one) => one.id);
      if (nodesOnly.length === 0) return;
      const target = dragged(nodesOnly, event);
      const at = placedNode(documentOf(workflow).definition, nodesOnly[0] as string)?.container ?? null;
      const into = target === at ? null : (target ?? '');
      // Everybody who listens is told of every change: of every move would be too much.
      if (useView.getState().target !== into) setView({ target: into });
    },
    [dragged, workflow],
  );

  const onNodeDragStop = useCallback(
    (event: MouseEvent | TouchEvent, _: FlowNode, moved: FlowNode[]) => {
      setView({ target: null });
      drop(workflow, scene, moved, (ids) => dragged(ids, event));
    },
    [workflow, scene, dragged],
  );

  const onConnect: OnConnect = useCallback(
    (connection) => {
      const wire = wireBetween(
        { node: connection.source, handle: connection.sourceHandle ?? '', type: 'source' },
        { node: connection.target, handle: connection.targetHandle ?? '', type: 'target' },
      );
      if (wire === null) return;
      const now = documentOf(workflow).definition;
      if (isBackwards(now, wire)) {
        const box = frame.current?.getBoundingClientRect();
        setView({
          backwards: { wire, screen: pointer.current ?? { x: (box?.left ?? 0) + 200, y: (box?.top ?? 0) + 200 } },
        });
        return;
      }
      const to = placedNode(now, wire.to);
      const inputs = to === null ? [] : (catalog?.portsOf(to.node)?.inputs ?? []);
      const from = placedNode(now, wire.from);
      const outputs = from === null ? [] : (catalog?.portsOf(from.node)?.outputs ?? []);
      const command = commandFor(wire, inputs, outputs);
      if (command !== null) change(workflow, command);
    },
    [workflow, catalog],
  );
  const pointer = useRef<{ x: number; y: number } | null>(null);

  /** In empty space: what comes next? */
  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const at = 'changedTouches' in event ? event.changedTouches[0] : event;
      if (at === undefined) return;
      const { fromHandle, toNode } = state;
      if (toNode !== null || fromHandle?.type !== 'source' || unless !== '') return;
      const point = flow.screenToFlowPosition({ x: at.clientX, y: at.clientY });
      const wire = wireBetween(
        { node: fromHandle.nodeId, handle: fromHandle.id ?? '', type: 'source' },
        { node: '', handle: '', type: 'target' },
      );
      if (wire === null) return;
      const screen = { x: at.clientX, y: at.clientY };
      if (wire.start) {
        setView({
          menu: {
            screen,
            flow: inLevel(scene, wire.from, { x: point.x, y: point.y - 39 }),
            container: wire.from,
            after: null,
            into: null,
          },
        });
        return;
      }
      setView({
        menu: {
          screen,
          flow: { x: point.x, y: point.y - 39 },
          container: null,
          after: { from: wire.from, fromPort: wire.fromPort },
          into: null,
        },
      });
    },
    [flow, scene, unless],
  );

  const isValid = useCallback(
    (connection: { source: string; target: string; sourceHandle?: string | null; targetHandle?: string | null }) => {
      const wire = wireBetween(
        { node: connection.source, handle: connection.sourceHandle ?? '', type: 'source' },
        { node: connection.target, handle: connection.targetHandle ?? '', type: 'target' },
      );
      return wire !== null && whyNot(documentOf(workflow).definition, wire) === null;
    },
    [workflow],
  );

  const removeEdge = useCallback((): boolean => {
    const edge = scene.edges.find((one) => one.id === chosenEdge);
    if (edge === undefined) return false;
    setChosenEdge(null);
    if (edge.wire !== null) change(workflow, { do: 'disconnect', wire: edge.wire });
    else if (edge.kind === 'exit') {
      const fromPort = edge.sourceHandle === 'out:' ? null : edge.sourceHandle.slice(4);
      change(workflow, { do: 'result', container: edge.target, from: edge.source, fromPort, on: false });
    } else return false;
    return true;
  }, [scene, chosenEdge, workflow]);

  useCanvasKeys({ scene, removeEdge });
  useCanvasClipboard(workflow, frame);

  // The picture begins with everything in sight; after that it moves by the hand only.
  const width = useStore((state) => state.width);
  useEffect(() => {
    if (isFitted || scene.nodes.length === 0 || width === 0) return;
    // A large workflow opens where one can still read the names of its loops.
    void flow.fitView({ ...fitWith(lifted), minZoom: 0.2 }).then(() => setFitted(true));
  }, [flow, scene, width, lifted, isFitted]);

  const tidied = useDocument(workflow, ({ past }) => (past.at(-1)?.text === 'Tidy' ? past.length : 0));
  useEffect(() => {
    if (tidied > 0) requestAnimationFrame(() => void flow.fitView(fitWith(lifted)));
    // Only when it was tidied, not when the dock opens later.
  }, [flow, tidied]);
  // What was just added is in sight.
  useEffect(() => {
    const [only] = selection;
    const one = selection.length === 1 ? scene.nodes.find((node) => node.id === only) : undefined;
    if (one === undefined) return;
    const { x, y } = cornerOf(new Map(scene.nodes.map((node) => [node.id, node])), one.id);
    const from = flow.flowToScreenPosition({ x, y });
    const to = flow.flowToScreenPosition({ x: x + Math.min(one.width, 300), y: y + Math.min(one.height, 160) });
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined) return;
    const inSight =
      from.x >= box.left + 60 && from.y >= box.top && to.x <= box.right && to.y <= box.bottom - (lifted ? 170 : 0);
    if (!inSight) void flow.setCenter(x + one.width / 2, y + one.height / 2, { zoom: flow.getZoom(), duration: 120 });
  }, [flow, selection, scene, lifted]);

  const shownEdges = useMemo(
    () =>
      chosenEdge === null ? edges : edges.map((one) => (one.id === chosenEdge ? { ...one, selected: true } : one)),
    [edges, chosenEdge],
  );
  const isEmpty = version === null && Object.keys(definition.nodes).length === 0;
  return (
    <div
      ref={frame}
      className="relative min-h-0 flex-1 overflow-hidden bg-bg"
      onPointerMoveCapture={(event) => {
        pointer.current = { x: event.clientX, y: event.clientY };
        far.onPointerMove(event);
      }}
    >
      <Outline />
      <Causes />
      <ReactFlow<FlowNode, FlowEdge>
        className="canvas"
        aria-label="Canvas of the workflow"
        nodes={nodes}
        edges={shownEdges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onNodeDrag={onNodeDrag}
        onNodeDragStop={onNodeDragStop}
        onSelectionDrag={(event, moved) => onNodeDrag(nativeOf(event), moved[0] as FlowNode, moved)}
        onSelectionDragStop={(event, moved) => onNodeDragStop(nativeOf(event), moved[0] as FlowNode, moved)}
        onNodeDoubleClick={(_, node) => {
          if (node.type === 'step') open(node.id);
        }}
        onMoveStart={far.onMoveStart}
        onMoveEnd={far.onMoveEnd}
        onSelectionStart={far.onSelectionStart}
        onSelectionEnd={far.onSelectionEnd}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        connectionLineComponent={DrawnLine}
        connectionRadius={24}
        onEdgeClick={(_, edge) => {
          select(workflow, []);
          setChosenEdge(edge.id);
        }}
        onEdgeDoubleClick={(event, edge) => {
          const { wire } = edge.data?.scene ?? { wire: null };
          if (wire === null || unless !== '') return;
          const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          setView({
            menu: {
              screen: { x: event.clientX, y: event.clientY },
              flow: { x: point.x - 84, y: point.y - 39 },
              container: null,
              after: null,
              into: wire,
            },
          });
        }}
        onPaneClick={() => {
          setChosenEdge(null);
          setView({ card: null, backwards: null });
        }}
        nodesConnectable={editable}
        elementsSelectable
        selectNodesOnDrag={false}
        selectionMode={SelectionMode.Partial}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
        deleteKeyCode={null}
        disableKeyboardA11y
        nodesFocusable={false}
        edgesFocusable={false}
        elevateNodesOnSelect={false}
        elevateEdgesOnSelect={false}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={scene.nodes.length > MANY}
        minZoom={0.05}
        maxZoom={2}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} />
        {picture !== null && <FarLayer picture={picture} mounted={mounted} />}
        <Overview lifted={lifted} />
        <FarAway frame={frame} />
      </ReactFlow>
      {isEmpty && <EmptyCanvas />}
      <Toolbar onNote={() => addNote(workflow, flow.screenToFlowPosition(middleOf(frame.current)))} />
      <Zoom lifted={lifted} />
      {menu !== null && (
        <AddMenu
          menu={menu}
          onClose={() => setView({ menu: null })}
          onChoose={(entry) => {
            setView({ menu: null });
            if (entry.ready !== undefined) void insertReady(workflow, entry.ready, menu);
            else addNode(workflow, scene, menu, { id: entry.id, node: entry.node });
          }}
        />
      )}
      <Refusal />
      <Backwards />
    </div>
  );
}

/** Of several nodes React Flow gives the browser's own event, whatever its type says. */
const nativeOf = (event: ReactMouseEvent | MouseEvent): MouseEvent =>
  'nativeEvent' in event ? event.nativeEvent : event;

function middleOf(frame: HTMLElement | null): { x: number; y: number } {
  const box = frame?.getBoundingClientRect();
  return box === undefined ? { x: 0, y: 0 } : { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

function addNote(workflow: string, { x, y }: { x: number; y: number }): void {
  change(workflow, { do: 'note', id: 'note', text: '', at: { x: x - 84, y: y - 42 } });
}

/** Tells the stylesheet how far away the picture is. */
function FarAway({ frame }: { frame: React.RefObject<HTMLDivElement | null> }) {
  const step = useStore((state) => (state.transform[2] < 0.2 ? 2 : state.transform[2] < 0.4 ? 1 : 0));
  useEffect(() => {
    frame.current?.classList.toggle('far', step >= 1);
    frame.current?.classList.toggle('farthest', step >= 2);
  }, [frame, step]);
  return null;
}
