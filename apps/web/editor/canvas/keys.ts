/** Owns the keys of the canvas. What they do is actions.ts. */
import { useReactFlow } from '@xyflow/react';
import { useKeys } from '../../app/keys.ts';
import { setSize, usePreferences } from '../../app/preferences.ts';
import { documentOf, redo, save, select, undo } from '../document/store.ts';
import { placedNodes } from '../document/tree.ts';
import { toast } from '../../ui/toast.tsx';
import { startRun } from '../running/start-run.ts';
import type { Scene } from '../scene/scene.ts';
import { disable, duplicate, fold, neighbour, remove, tidy, unwrap, wrap } from './actions.ts';
import { useEditor } from './context.ts';
import { setView, useView } from './view.ts';

const ADD = { flow: null, container: null, after: null, into: null } as const;

export function openAddMenu(): void {
  setView({ menu: { ...ADD, screen: { x: innerWidth / 2 - 180, y: 120 } } });
}

export function useCanvasKeys({ scene, removeEdge }: { scene: Scene; removeEdge(): boolean }): void {
  const { workflow, unless, open } = useEditor();
  const flow = useReactFlow();
  const dock = usePreferences((state) => state.sizes['dock'] ?? 1);
  const edit = (run: () => void) => (): void => {
    if (unless !== '') toast(unless);
    else run();
  };
  const go = (arrow: 'left' | 'right' | 'up' | 'down') => (): void => {
    const { definition, selection } = documentOf(workflow);
    const next = neighbour(scene, definition, selection[0] ?? null, arrow);
    if (next === null) return;
    select(workflow, [next]);
    void flow.fitView({
      nodes: [{ id: next }],
      includeHiddenNodes: true,
      maxZoom: flow.getZoom(),
      minZoom: flow.getZoom(),
      duration: 120,
    });
  };
  const openSelected = (): void => {
    const [id] = documentOf(workflow).selection;
    if (id !== undefined && documentOf(workflow).definition.layout?.[id]?.note === undefined) open(id);
  };
  const drop = edit(() => {
    if (!removeEdge()) remove(workflow);
  });
  useKeys('editor', [
    { keys: '/', does: 'Add a node', run: edit(openAddMenu) },
    { keys: 'N', does: 'Add a node', run: edit(openAddMenu) },
    { keys: 'Enter', does: 'Open the node', run: openSelected },
    { keys: 'L', does: 'Wrap in a loop', run: edit(() => wrap(workflow)) },
    { keys: 'Shift L', does: 'Unwrap the loop', run: edit(() => unwrap(workflow)) },
    { keys: 'F', does: 'Fold or unfold the loop', run: edit(() => fold(workflow)) },
    { keys: 'T', does: 'Tidy', run: edit(() => tidy(workflow)) },
    { keys: 'D', does: 'Disable or enable', run: edit(() => disable(workflow)) },
    { keys: 'P', does: 'Pin the output: opens the node', run: openSelected },
    { keys: 'Cmd Enter', does: 'Run', run: () => void startRun(workflow) },
    {
      keys: 'Alt Enter',
      does: 'Run up to here',
      run: () => void startRun(workflow, { upTo: documentOf(workflow).selection[0] }),
    },
    { keys: 'Cmd Z', does: 'Undo', run: () => undo(workflow) },
    { keys: 'Cmd Shift Z', does: 'Redo', run: () => redo(workflow) },
    { keys: 'Cmd D', does: 'Duplicate', run: edit(() => duplicate(workflow)) },
    { keys: 'Cmd S', does: 'Save now', run: () => void save(workflow) },
    {
      keys: 'Cmd A',
      does: 'Select everything',
      run: () =>
        select(
          workflow,
          placedNodes(documentOf(workflow).definition).map((one) => one.id),
        ),
    },
    { keys: 'Delete', does: 'Remove', run: drop },
    { keys: 'Backspace', does: 'Remove', run: drop },
    {
      keys: '1',
      does: 'Fit everything',
      run: () => void flow.fitView({ padding: 0.08, maxZoom: 1, includeHiddenNodes: true, duration: 120 }),
    },
    {
      keys: '2',
      does: 'Fit the selection',
      run: () =>
        void flow.fitView({
          nodes: documentOf(workflow).selection.map((id) => ({ id })),
          padding: 0.3,
          includeHiddenNodes: true,
          maxZoom: 1.2,
          duration: 120,
        }),
    },
    { keys: '.', does: 'Fold the dock', run: () => setSize('dock', dock === 0 ? 1 : 0) },
    { keys: 'ArrowLeft', does: 'The node before', run: go('left') },
    { keys: 'ArrowRight', does: 'The node after', run: go('right') },
    { keys: 'ArrowUp', does: 'The node above', run: go('up') },
    { keys: 'ArrowDown', does: 'The node below', run: go('down') },
    {
      keys: 'Esc',
      does: 'Close, then select nothing',
      run: () => {
        const { menu, card, backwards, side } = useView.getState();
        if (menu !== null || card !== null || backwards !== null) setView({ menu: null, card: null, backwards: null });
        else if (side !== null) setView({ side: null, version: null, differences: new Map() });
        else select(workflow, []);
      },
    },
  ]);
}
