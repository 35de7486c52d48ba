/** Owns the editor: the bar with name, version, tabs, warnings and run; canvas, dock, side panels; the node's panel over it. */
import { ReactFlowProvider } from '@xyflow/react';
import { Search, Undo2 } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { useLocation } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { usePreferences } from '../app/preferences.ts';
import { Screen } from '../app/screen.tsx';
import { useMay } from '../app/session.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Empty } from '../ui/empty.tsx';
import { counted } from '../ui/format.ts';
import { Segments } from '../ui/segments.tsx';
import { WarningShape } from '../ui/status.tsx';
import { Canvas } from './canvas/canvas.tsx';
import { type Editor, EditorContext } from './canvas/context.ts';
import { openAddMenu } from './canvas/keys.ts';
import { EMPTY_VIEW, setView, useView } from './canvas/view.ts';
import { usePorts } from './catalog/use-catalog.ts';
import { useCheck } from './check/use-check.ts';
import { useProblems, WarningsPanel } from './check/warnings-panel.tsx';
import { load, resolve, send, undo, useDocument } from './document/store.ts';
import { Presence } from './presence.tsx';
import { Dock } from './running/dock.tsx';
import { RunButtons } from './running/run-buttons.tsx';
import { useShownRun } from './running/use-shown-run.ts';
import { SavedState } from './saved-state.tsx';

const NodePanel = lazy(async () => ({ default: (await import('../panel/node-panel.tsx')).NodePanel }));
const HistoryPanel = lazy(async () => ({ default: (await import('./history/history-panel.tsx')).HistoryPanel }));

export interface EditorPageProps {
  /** Its id. */
  workflow: string;
  /** The node whose panel is open; null: none. */
  node: string | null;
}

const NOTHING = { label: 'Workflows', href: addressOfPlace.workflows() };

export function EditorPage({ workflow, node }: EditorPageProps) {
  const { data, error } = useApi(
    'GET /workflows/{id}',
    { params: { id: workflow } },
    { staleTime: 10_000, refetchInterval: 20_000 },
  );
  const may = useMay('workflow:write');
  useEffect(() => {
    if (data !== undefined) load(data);
  }, [data]);
  useEffect(() => {
    setView(EMPTY_VIEW);
    return () => setView(EMPTY_VIEW);
  }, [workflow]);
  useEffect(() => {
    send(workflow, { type: 'readOnly', why: may.allowed || may.why === '' ? null : may.why });
  }, [workflow, may.allowed, may.why]);
  const name = useDocument(workflow, (document) => document.definition.name) || data?.name || workflow;
  const loaded = useDocument(workflow, (document) => document.version !== null);
  if (data !== undefined && data.definition === null) {
    return (
      <Screen title={name} crumbs={[NOTHING, { label: name }]}>
        <Empty title="The file cannot be read as a workflow.">
          {data.diagnostics[0]?.message}{' '}
          {data.diagnostics[0]?.line === undefined ? '' : `Line ${data.diagnostics[0].line} of ${data.file}.`}
        </Empty>
      </Screen>
    );
  }
  if (!loaded) {
    return (
      <Screen title={name} crumbs={[NOTHING, { label: name }]}>
        {error !== null && <Empty title="This workflow cannot be opened.">{error.message}</Empty>}
      </Screen>
    );
  }
  return (
    <ReactFlowProvider>
      <Loaded workflow={workflow} name={name} node={node} />
    </ReactFlowProvider>
  );
}

function Loaded({ workflow, name, node }: EditorPageProps & { name: string }) {
  const [, navigate] = useLocation();
  const definition = useDocument(workflow, (document) => document.definition);
  const readOnly = useDocument(workflow, (document) => document.readOnly);
  const canUndo = useDocument(workflow, (document) => document.past.at(-1)?.text ?? null);
  const side = useView((view) => view.side);
  const version = useView((view) => view.version);
  const shown = useShownRun(workflow);
  const problems = useProblems(workflow);
  const dockOpen = usePreferences((state) => state.sizes['dock'] ?? 1) !== 0;
  const { data: runs } = useApi('GET /runs', { query: { workflow, limit: 100 } }, { staleTime: 30_000 });
  usePorts(definition);
  useCheck(workflow);
  const unless = readOnly ?? (version === null ? '' : `Version ${version.number} is read-only.`);
  const open = useCallback(
    (id: string, at?: 'loop') => navigate(`${addressOfPlace.node(workflow, id)}${at === undefined ? '' : '#loop'}`),
    [navigate, workflow],
  );
  const editor = useMemo<Editor>(() => ({ workflow, unless, open }), [workflow, unless, open]);
  const serious = problems.filter((one) => one.severity !== 'hint');
  const errors = serious.filter((one) => one.severity === 'error').length;
  const amount = runs === undefined ? '' : `${runs.items.length}${runs.next === null ? '' : '+'}`;
  return (
    <EditorContext value={editor}>
      <Screen
        title={name}
        scroll="parts"
        crumbs={[NOTHING, { label: name }]}
        state={
          <>
            <SavedState workflow={workflow} />
            <Presence workflow={workflow} />
            <Segments
              label="Parts of the workflow"
              value={side === 'history' ? 'history' : 'edit'}
              onChange={(value) => {
                if (value === 'runs') navigate(addressOfPlace.runs(workflow));
                else setView({ side: value === 'history' ? 'history' : null, version: null, differences: new Map() });
              }}
              options={[
                { value: 'edit', label: 'Edit' },
                {
                  value: 'runs',
                  label: (
                    <>
                      Runs <span className="font-normal text-ink3">{amount}</span>
                    </>
                  ),
                },
                { value: 'history', label: 'History' },
              ]}
            />
          </>
        }
        actions={
          <>
            {serious.length > 0 && (
              <button
                type="button"
                aria-expanded={side === 'warnings'}
                onClick={() => setView({ side: side === 'warnings' ? null : 'warnings' })}
              >
                <Chip kind={errors > 0 ? 'failed' : 'warn'} icon={<WarningShape size={14} />}>
                  {errors > 0 ? counted(errors, 'error') : counted(serious.length, 'warning')}
                </Chip>
              </button>
            )}
            <IconButton
              label={canUndo === null ? 'Undo' : `Undo: ${canUndo}`}
              keys="Cmd Z"
              icon={<Undo2 size={16} strokeWidth={1.5} aria-hidden />}
              unless={canUndo === null ? 'Nothing to undo' : ''}
              onClick={() => undo(workflow)}
            />
            <Button
              kind="ghost"
              keys="/"
              unless={unless}
              icon={<Search size={16} strokeWidth={1.5} aria-hidden />}
              onClick={openAddMenu}
            >
              Find or add
            </Button>
            <RunButtons workflow={workflow} shown={shown} />
          </>
        }
      >
        <Conflict workflow={workflow} />
        <div className="relative flex min-h-0 flex-1">
          <div className="relative flex min-w-0 flex-1">
            <Canvas lifted={shown !== null && dockOpen} covered={node !== null} />
            {version !== null && (
              <p
                role="status"
                className="absolute top-4 left-1/2 z-10 -translate-x-1/2 rounded-full border border-line2 bg-surface px-4 py-1.5 shadow-2"
              >
                Version {version.number}, read-only. What changed is marked + − ~.
              </p>
            )}
            {shown !== null && <Dock shown={shown} />}
          </div>
          <Suspense fallback={null}>
            {side === 'history' && <HistoryPanel workflow={workflow} unless={readOnly ?? ''} />}
            {side === 'warnings' && <WarningsPanel workflow={workflow} unless={unless} />}
          </Suspense>
          {node !== null && (
            <Suspense fallback={null}>
              <NodePanel workflow={workflow} node={node} />
            </Suspense>
          )}
        </div>
      </Screen>
    </EditorContext>
  );
}

/** Somebody else saved: both versions are kept until one is chosen. */
function Conflict({ workflow }: { workflow: string }) {
  const conflict = useDocument(workflow, (document) => document.conflict);
  if (conflict === null) return null;
  return (
    <div
      role="alert"
      className="flex flex-none items-center gap-3 border-b border-warn-line bg-warn-soft px-4 py-1.5 text-warn"
    >
      <p className="flex-1">
        {conflict.by ?? 'Somebody'} saved version {conflict.version} while you were editing. Yours is not saved yet.
      </p>
      <Button small onClick={() => resolve(workflow, 'theirs')}>
        Take version {conflict.version}
      </Button>
      <Button small onClick={() => resolve(workflow, 'mine')}>
        Save mine over it
      </Button>
    </div>
  );
}
