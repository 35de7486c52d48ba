/** Owns the list of versions at the right: who, when, note, runs; choosing one shows it with what it changed; Restore. */
import type { Definition } from '@rondo/core/model/definition.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { sameJson } from '@rondo/core/model/patch/same.ts';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { call, messageOf, useApi } from '../../app/api.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { counted } from '../../ui/format.ts';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { change, documentOf, noteNextVersion, useDocument } from '../document/store.ts';
import { setView, useView } from '../canvas/view.ts';
import { type Difference, differencesOf, mergedFor } from './difference.ts';

const close = (): void => setView({ side: null, version: null, differences: new Map() });

export function HistoryPanel({ workflow, unless }: { workflow: string; unless: string }) {
  const { data, error } = useApi(
    'GET /workflows/{id}/versions',
    { params: { id: workflow }, query: { limit: 100 } },
    { staleTime: 0 },
  );
  const now = useDocument(workflow, (document) => document.version);
  const version = useView((view) => view.version);
  const differences = useView((view) => view.differences);
  const [busy, setBusy] = useState<number | null>(null);
  const versions = data?.items ?? [];
  useEffect(() => () => setView({ version: null, differences: new Map() }), []);
  const show = async (number: number): Promise<void> => {
    setBusy(number);
    try {
      const at = versions.findIndex((one) => one.version === number);
      const previous = versions[at + 1];
      const read = async (one: number): Promise<Definition | null> =>
        one === now
          ? documentOf(workflow).definition
          : ((await call('GET /workflows/{id}', { params: { id: workflow }, query: { version: one } }))
              .definition as unknown as Definition | null);
      const [own, before] = await Promise.all([read(number), previous === undefined ? null : read(previous.version)]);
      if (own === null) toast(`Version ${number} cannot be read as a workflow.`);
      else
        setView({
          version: { number, definition: before === null ? own : mergedFor(before, own) },
          differences: before === null ? new Map() : differencesOf(before, own),
        });
    } catch (problem) {
      toast(messageOf(problem));
    } finally {
      setBusy(null);
    }
  };
  const restore = async (number: number): Promise<void> => {
    try {
      const { definition } = await call('GET /workflows/{id}', {
        params: { id: workflow },
        query: { version: number },
      });
      if (definition === null) return;
      if (sameJson(definition as unknown as Json, documentOf(workflow).definition as unknown as Json)) {
        toast(`Version ${number} is what you have already, so there is nothing to restore.`);
        close();
        return;
      }
      noteNextVersion(workflow, `Version ${number} restored`);
      change(workflow, {
        do: 'replace',
        definition: definition as unknown as Definition,
        text: `Restore version ${number}`,
      });
      close();
    } catch (problem) {
      toast(messageOf(problem));
    }
  };
  return (
    <aside aria-label="History" className="flex w-80 flex-none flex-col border-l border-line bg-surface">
      <header className="flex h-11 flex-none items-center border-b border-line pr-2 pl-4">
        <h2 className="flex-1 text-section">History</h2>
        <IconButton small label="Close" icon={<X size={14} aria-hidden />} onClick={close} />
      </header>
      <ol className="min-h-0 flex-1 overflow-y-auto">
        {error !== null && <li className="p-4 text-ink2">{messageOf(error)}</li>}
        {versions.map((one) => {
          const isShown = version?.number === one.version;
          return (
            <li
              key={one.version}
              className={classes('border-b border-line', isShown && 'bg-hover shadow-[inset_3px_0_0_var(--ink)]')}
            >
              <button
                type="button"
                aria-pressed={isShown}
                aria-busy={busy === one.version}
                className="block w-full px-4 py-2.5 text-left"
                onClick={() => (isShown ? setView({ version: null, differences: new Map() }) : void show(one.version))}
              >
                <span className="flex items-baseline gap-2">
                  <b className="font-semibold">Version {one.version}</b>
                  {one.version === now && <span className="text-meta text-ink3">now</span>}
                  <span className="flex-1" />
                  <span className="text-meta text-ink3">
                    <When at={one.changedAt} />
                  </span>
                </span>
                <span className="cut block text-meta text-ink2">{one.note ?? 'No note'}</span>
                <span className="text-meta text-ink3">
                  {one.changedBy ?? 'from the file'} · {counted(one.runs, 'run')}
                </span>
              </button>
              {isShown && (
                <div className="px-4 pb-3">
                  <Differences differences={differences} />
                  {one.version !== now && (
                    <Button small unless={unless} className="mt-2" onClick={() => void restore(one.version)}>
                      Restore as a new version
                    </Button>
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </aside>
  );
}

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;
const MOST_FIELDS = 12;

function Differences({ differences }: { differences: ReadonlyMap<string, Difference> }) {
  if (differences.size === 0) return <p className="text-meta text-ink3">Nothing about its nodes changed.</p>;
  return (
    <ul className="flex flex-col gap-2">
      {[...differences].map(([id, { kind, fields }]) => (
        <li key={id} className="text-meta">
          <p>
            <span className="inline-block w-4 font-semibold">{SIGNS[kind]}</span>
            <b className="font-semibold">{id}</b> {kind === 'changed' ? '' : kind}
          </p>
          {fields.slice(0, MOST_FIELDS).map((field) => (
            <p key={field.path} className="pl-4 break-words text-ink2">
              {field.path}: <s className="text-ink3">{field.before ?? 'nothing'}</s> {field.after ?? 'nothing'}
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}
