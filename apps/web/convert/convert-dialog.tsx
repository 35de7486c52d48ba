/**
 * Owns importing a file of another product: what is not supported, what changes, what stays, before anything is saved;
 * both pictures beside the list. The server converts; nothing is written until the button is pressed.
 */
import type { Definition } from '@rondo/core/model/definition.ts';
import { keepPreviousData } from '@tanstack/react-query';
import { Check, Download, FileText, X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { addressOfPlace, placeOf } from '../app/addresses.ts';
import { call, messageOf, queryClient, useApi } from '../app/api.ts';
import type { ImportSource } from '../app/import.ts';
import { useMay } from '../app/session.ts';
import { apply } from '../editor/document/commands.ts';
import { placedNodes } from '../editor/document/tree.ts';
import { setInput } from '../editor/running/start-run.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { counted } from '../ui/format.ts';
import { Switch } from '../ui/input.tsx';
import { ChangedShape, StatusShape } from '../ui/status.tsx';
import { pictureOf } from './after.ts';
import { foreignOf } from './before.ts';
import { FindingsList } from './findings-list.tsx';
import { findingsOf, reportOf } from './findings.ts';
import { Picture } from './picture.tsx';
import { type Held, heldIn } from './sources.ts';
import { useSimplifications } from './use-simplifications.ts';

export interface ConvertDialogProps {
  source: ImportSource;
  onClose(): void;
}

export function ConvertDialog({ source, onClose }: ConvertDialogProps) {
  const [chosen, setChosen] = useState<{ name: string; text: string } | null>(null);
  const text = chosen?.text ?? source.text;
  const held = useMemo(() => heldIn(text, source.name), [text, source.name]);
  const name = source.name === '' ? 'Pasted text' : source.name;
  if (held.kind === 'several') {
    return (
      <Dialog title={name} description={`${held.workflows.length} workflows in one file. Which one?`} onClose={onClose}>
        <ul className="flex max-h-[420px] flex-col overflow-y-auto">
          {held.workflows.map((one) => (
            <li key={one.name}>
              <button
                type="button"
                className="flex w-full items-center gap-2 rounded-chip px-2 py-2 text-left hover:bg-hover"
                onClick={() => setChosen(one)}
              >
                <b className="cut flex-1 font-semibold">{one.name}</b>
                {one.calls > 0 && <span className="text-meta text-ink3">calls {counted(one.calls, 'workflow')}</span>}
              </button>
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  if (held.kind === 'data') return <NotAWorkflow name={name} text={text} held={held} onClose={onClose} />;
  return <Convert name={chosen?.name ?? name} file={source.name} text={text} held={held} onClose={onClose} />;
}

function NotAWorkflow({
  name,
  text,
  held,
  onClose,
}: {
  name: string;
  text: string;
  held: Extract<Held, { kind: 'data' }>;
  onClose(): void;
}) {
  const place = placeOf(location.pathname);
  const workflow = place.name === 'editor' ? place.workflow : null;
  return (
    <Dialog
      title="Not a workflow we know"
      description={`${name} holds ${held.found}.`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          {workflow !== null && held.isJson && (
            <Button
              kind="primary"
              onClick={() => {
                setInput(workflow, text, name);
                onClose();
              }}
            >
              Use it as input
            </Button>
          )}
        </>
      }
    >
      <p className="text-ink2">
        Workflows of n8n, Dify and Windmill can be imported, and native ones.
        {workflow === null && held.isJson && ' Open a workflow first to use this as its input.'}
      </p>
    </Dialog>
  );
}

interface ConvertProps {
  name: string;
  file: string;
  text: string;
  held: Extract<Held, { kind: 'workflow' }>;
  onClose(): void;
}

const NO_NODES = { boxes: [], lines: [] } as const;

function Convert({ name, file, text, held, onClose }: ConvertProps) {
  const [strict, setStrict] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const may = useMay('workflow:write');
  const body = { text, strict, file: file === '' ? 'pasted' : file };
  const { data, error } = useApi(
    'POST /workflows/convert',
    { body },
    { staleTime: Number.POSITIVE_INFINITY, placeholderData: keepPreviousData },
  );
  const foreign = useMemo(() => foreignOf(held.value), [held]);
  const converted = (data?.definition ?? null) as unknown as Definition | null;
  const simplifications = useSimplifications(converted);
  const definition = useMemo(() => {
    let next = converted;
    for (const one of simplifications.on) {
      const done = next === null ? null : apply(next, { do: 'edits', edits: one.edits, text: one.text });
      if (done !== null && 'definition' in done) next = done.definition;
    }
    return next;
  }, [converted, simplifications.on]);
  const after = useMemo(() => (definition === null ? NO_NODES : pictureOf(definition)), [definition]);
  const before = foreign?.picture ?? NO_NODES;
  const findings = useMemo(
    () => findingsOf(data?.diagnostics ?? [], before.boxes.length > 0 ? before.boxes : after.boxes),
    [data, before, after],
  );
  const product = foreign?.product ?? 'Native';
  const failed = useMemo(() => new Set(findings.unsupported.map((one) => one.node ?? '')), [findings]);
  const changed = useMemo(() => new Set(findings.changed.map((one) => one.node ?? '')), [findings]);
  const loops =
    definition === null
      ? 0
      : placedNodes(definition).filter(({ node }) => node.body !== undefined || node.type === 'loop-over-items').length;
  const facts = [
    `${product} workflow`,
    counted(before.boxes.length || after.boxes.length, 'node'),
    counted(loops, 'loop'),
    ...(foreign !== null && foreign.pinned > 0 ? [`pinned data on ${counted(foreign.pinned, 'node')}`] : []),
  ].join(', ');
  const unless = !may.allowed
    ? may.why
    : data === undefined
      ? 'It is being read.'
      : definition === null
        ? 'What is not supported stands in the way: there is nothing to save yet.'
        : '';
  const save = async (): Promise<void> => {
    if (unless !== '' || definition === null || busy) return;
    setBusy(true);
    try {
      const { id } = await call('POST /workflows', {
        body: {
          definition: definition as unknown as Record<string, unknown>,
          note: `Imported from ${file === '' ? 'pasted text' : file}`,
        },
      });
      await queryClient.invalidateQueries({ queryKey: ['GET /workflows'] });
      onClose();
      navigate(addressOfPlace.workflow(id));
    } catch (problem) {
      setBusy(false);
      setTrouble(messageOf(problem));
    }
  };
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.key === 'Enter' && !(target instanceof HTMLButtonElement) && !event.defaultPrevented) void save();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  return (
    <Dialog title={`Import ${name}`} bare width="wide" onClose={onClose}>
      <div className="flex h-full flex-col overflow-hidden rounded-dialog">
        <header className="flex h-16 flex-none items-center gap-3 border-b border-line pr-3.5 pl-[22px]">
          <FileText size={16} strokeWidth={1.5} aria-hidden />
          <div className="min-w-0 flex-1">
            <p className="cut text-title font-semibold">{name}</p>
            <p className="cut text-meta text-ink3">{data === undefined && error === null ? 'Reading it' : facts}</p>
          </div>
          {findings.unsupported.length > 0 && (
            <Chip kind="failed" icon={<StatusShape status="failed" size={10} />}>
              {findings.unsupported.length} not supported
            </Chip>
          )}
          {findings.changed.length > 0 && (
            <Chip kind="warn" icon={<ChangedShape size={10} />}>
              {findings.changed.length} changed
            </Chip>
          )}
          <Chip icon={<Check size={14} strokeWidth={1.5} aria-hidden />}>{findings.kept.length} kept</Chip>
          <span className="w-8" />
        </header>
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,480px)_minmax(0,1fr)]">
          <FindingsList
            findings={findings}
            error={error}
            chosen={chosen}
            onChoose={setChosen}
            text={text}
            simplifications={simplifications}
          />
          <div className="grid min-h-0 grid-rows-2 border-l border-line">
            <Picture
              title={foreign === null ? 'As it is written' : `In ${product}`}
              picture={before}
              chosen={chosen}
              failed={failed}
              changed={changed}
              onChoose={setChosen}
            />
            <div className="grid min-h-0 border-t border-line">
              <Picture
                title="In Rondo"
                picture={after}
                chosen={chosen}
                failed={failed}
                changed={changed}
                onChoose={setChosen}
              />
            </div>
          </div>
        </div>
        <footer className="flex h-16 flex-none items-center gap-2.5 border-t border-line bg-sunken pr-5 pl-[22px]">
          {foreign !== null && (
            <>
              <Switch label={`Reproduce ${product}'s defects too`} checked={strict} onChange={setStrict} />
              <p className="text-meta">
                <b className="font-semibold">Reproduce {product}'s defects too</b>{' '}
                <span className="text-ink3">
                  {strict ? 'On: it does what it did there.' : 'Off: what was broken there works here.'}
                </span>
              </p>
            </>
          )}
          <span className="flex-1" />
          <p role="status" className={trouble === '' ? 'text-meta text-ink3' : 'text-meta text-failed'}>
            {trouble === '' ? 'Nothing is saved until you convert.' : trouble}
          </p>
          <Button
            icon={<Download size={15} strokeWidth={1.5} aria-hidden />}
            onClick={() => download(`${name}.txt`, reportOf(file, findings))}
          >
            Report
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" keys="Enter" unless={unless} busy={busy} onClick={() => void save()}>
            Convert and open
          </Button>
        </footer>
        <span className="absolute top-4 right-3.5">
          <IconButton label="Close" icon={<X size={16} strokeWidth={1.5} aria-hidden />} onClick={onClose} />
        </span>
      </div>
    </Dialog>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
