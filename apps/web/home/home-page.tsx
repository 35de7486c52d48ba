/** Owns Home: what runs, what needs a look, where the workflows are. Puts the parts together. */
import { FileDown, Plus, Search } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../app/api.ts';
import { chooseImport } from '../app/import.ts';
import { openFind } from '../app/above.ts';
import { useKeys } from '../app/keys.ts';
import { Screen } from '../app/screen.tsx';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { Keys } from '../ui/keys.tsx';
import { NeedsLook } from './needs-look.tsx';
import { NextUp } from './next-up.tsx';
import { RunningNow } from './running-now.tsx';
import { WorkflowTable } from './workflow-table.tsx';

const NewWorkflow = lazy(async () => ({ default: (await import('../start/new-workflow.tsx')).NewWorkflow }));
const Templates = lazy(async () => ({ default: (await import('../start/templates.tsx')).Templates }));

/** More need a search. */
const PAGE = 60;
const REFRESH_MS = 15_000;
/** Until there are as many of one's own, templates are shown. */
const FEW = 3;

export function HomePage({ only }: { only?: 'workflows' }) {
  const [isNew, setNew] = useState(false);
  const mayWrite = useMay('workflow:write');
  const workflows = useApi('GET /workflows', { query: { limit: PAGE } }, { refetchInterval: REFRESH_MS });
  const open = (): void => {
    if (mayWrite.allowed) setNew(true);
  };
  useKeys('home', [{ keys: 'C', does: 'New workflow', run: open }]);
  const items = workflows.data?.items ?? null;
  const isFirst = items !== null && items.length < FEW;
  return (
    <Screen
      title={only === 'workflows' ? 'Workflows' : 'Rondo'}
      crumbs={[{ label: 'Workflows' }]}
      {...(only === undefined ? { lead: <h1 className="mr-2 text-title">Rondo</h1> } : {})}
      state={<FindField />}
      actions={
        <>
          <Button
            icon={<FileDown size={16} strokeWidth={1.5} aria-hidden />}
            onClick={chooseImport}
            unless={mayWrite.why}
          >
            Import file
          </Button>
          <Button
            kind="primary"
            icon={<Plus size={16} strokeWidth={1.5} aria-hidden />}
            keys="C"
            onClick={open}
            unless={mayWrite.why}
          >
            New workflow
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)_372px] content-start gap-8 px-8 pt-5 pb-8 max-[1100px]:grid-cols-1 min-[1800px]:grid-cols-[minmax(0,1fr)_420px]">
        <div className="min-w-0">
          {only === undefined && <RunningNow />}
          <WorkflowTable
            workflows={items}
            more={workflows.data?.next != null}
            error={workflows.error}
            updatedAt={workflows.dataUpdatedAt}
            retry={() => void workflows.refetch()}
          />
        </div>
        <aside aria-label="Beside the workflows" className="min-w-0">
          <NeedsLook workflows={items} />
          <NextUp workflows={items} />
          {isFirst && (
            <Suspense fallback={null}>
              <Templates />
            </Suspense>
          )}
          <button
            type="button"
            onClick={chooseImport}
            className="mt-[18px] flex w-full items-center gap-3 rounded-card border-[1.5px] border-dashed border-line2 px-4 py-3.5 text-left text-meta text-ink2 hover:bg-hover"
          >
            <FileDown size={16} strokeWidth={1.5} aria-hidden className="flex-none" />
            Drop an n8n, Dify or Windmill file anywhere. You see what changes before anything is saved.
          </button>
        </aside>
      </div>
      {isNew && (
        <Suspense fallback={null}>
          <NewWorkflow onClose={() => setNew(false)} />
        </Suspense>
      )}
    </Screen>
  );
}

/** Looks like a field, opens the find dialog. */
function FindField() {
  return (
    <button
      type="button"
      onClick={openFind}
      className="flex h-[30px] w-[420px] min-w-0 items-center gap-[7px] rounded-control border border-line2 bg-surface px-[9px] text-ink3 hover:bg-hover"
    >
      <Search size={16} strokeWidth={1.5} aria-hidden className="flex-none text-ink" />
      <span className="cut flex-1 text-left">Find a workflow, a run, a node or a setting</span>
      <Keys keys="Cmd K" />
    </button>
  );
}
