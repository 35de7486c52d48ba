/** Owns the buttons at the right of the bar: input, Run; while it goes on Pause and Open run. */
import { ChevronDown, Maximize2, Pause, Play } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { addressOfPlace } from '../../app/addresses.ts';
import { call, messageOf } from '../../app/api.ts';
import { useMay } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { TextArea } from '../../ui/input.tsx';
import { Popover } from '../../ui/popover.tsx';
import { toast } from '../../ui/toast.tsx';
import { useDocument } from '../document/store.ts';
import { useView } from '../canvas/view.ts';
import { itemsOfTable } from './table-text.ts';
import { neededOf, setInput, startRun, useInputs } from './start-run.ts';
import type { ShownRun } from './use-shown-run.ts';

const MOST_BYTES = 40_000_000;

export function RunButtons({ workflow, shown }: { workflow: string; shown: ShownRun | null }) {
  const may = useMay('run:start');
  const starting = useInputs((state) => state.starting === workflow);
  const errors = useView(
    (view) => [...view.diagnostics.values(), view.general].flat().filter((one) => one.severity === 'error').length,
  );
  const [, navigate] = useLocation();
  const goesOn = shown !== null && !shown.ended;
  const unless = !may.allowed
    ? may.why
    : errors > 0
      ? `${errors === 1 ? 'One error has' : `${errors} errors have`} to be corrected first.`
      : '';
  const ask = async (route: 'POST /runs/{id}/pause' | 'POST /runs/{id}/resume'): Promise<void> => {
    try {
      await call(route, { params: { id: shown?.run.id ?? '' } });
    } catch (error) {
      toast(messageOf(error));
    }
  };
  const paused = shown?.run.control === 'pause';
  return (
    <>
      <InputButton workflow={workflow} />
      {goesOn ? (
        <>
          <Button
            icon={
              paused ? (
                <Play size={15} strokeWidth={1.5} aria-hidden />
              ) : (
                <Pause size={15} strokeWidth={1.5} aria-hidden />
              )
            }
            unless={may.allowed ? '' : may.why}
            onClick={() => void ask(paused ? 'POST /runs/{id}/resume' : 'POST /runs/{id}/pause')}
          >
            {paused ? 'Resume' : 'Pause'}
          </Button>
          <Button
            kind="primary"
            icon={<Maximize2 size={15} strokeWidth={1.5} aria-hidden />}
            onClick={() => navigate(addressOfPlace.run(shown.run.id))}
          >
            Open run {shown.run.id.slice(-4).toUpperCase()}
          </Button>
        </>
      ) : (
        <Button
          kind="primary"
          keys="Cmd Enter"
          icon={<Play size={15} strokeWidth={1.5} aria-hidden />}
          unless={unless}
          busy={starting}
          onClick={() => void startRun(workflow)}
        >
          Run
        </Button>
      )}
    </>
  );
}

function InputButton({ workflow }: { workflow: string }) {
  const text = useInputs((state) => state.texts[workflow] ?? '');
  const name = useInputs((state) => state.names[workflow] ?? '');
  const inputs = useDocument(workflow, (document) => document.definition.inputs);
  const [tooLarge, setTooLarge] = useState(false);
  const problem = tooLarge ? 'Larger than 40 MB: read it with a file node instead.' : problemOf(text);
  const file = useRef<HTMLInputElement>(null);
  const fields = Object.keys(inputs ?? {});
  const needed = text.trim() === '' ? neededOf(inputs) : [];
  const open = useInputs((state) => state.asked === workflow);
  const label =
    name !== ''
      ? name
      : needed.length > 0
        ? `needs ${needed.join(', ')}`
        : text.trim() === ''
          ? fields.length === 0
            ? 'none'
            : 'defaults'
          : summary(text);
  const template = (): string =>
    `${JSON.stringify(Object.fromEntries(fields.map((field) => [field, inputs?.[field]?.default ?? null])), null, 2)}\n`;
  const read = async (one: File): Promise<void> => {
    setTooLarge(one.size > MOST_BYTES);
    if (one.size > MOST_BYTES) return;
    const given = await one.text();
    setInput(workflow, asJson(given) ?? given, one.name);
  };
  return (
    <Popover
      label="Input of the next run"
      align="end"
      open={open}
      onOpenChange={(is) => useInputs.setState({ asked: is ? workflow : null })}
      trigger={
        <Button>
          <span className="cut max-w-40">Input: {label}</span>
          <ChevronDown size={14} strokeWidth={1.5} aria-hidden />
        </Button>
      }
    >
      <div className="flex w-[388px] flex-col gap-2">
        <p className="text-meta text-ink2">
          An object is the input of the run; a list is its items, one after the other. A table (CSV) that you paste
          becomes a list.
          {fields.length > 0 && ` It declares ${fields.join(', ')}.`}
        </p>
        {needed.length > 0 && (
          <p className="text-meta font-medium">
            {needed.join(', ')} {needed.length === 1 ? 'has' : 'have'} no default: nothing runs without.
          </p>
        )}
        <TextArea
          aria-label="Input as JSON"
          className="h-44 font-mono text-meta"
          spellCheck={false}
          placeholder={fields.length === 0 ? '[{ "name": "Ana" }, { "name": "Ben" }]' : template()}
          value={text}
          onChange={(event) => {
            setTooLarge(false);
            setInput(workflow, event.target.value);
          }}
          onPaste={(event) => {
            // Into a text that is there already it is pasted as it is.
            const items = text.trim() === '' ? asJson(event.clipboardData.getData('text/plain')) : null;
            if (items === null) return;
            event.preventDefault();
            setTooLarge(false);
            setInput(workflow, items);
          }}
        />
        {problem !== '' && (
          <p role="alert" className="text-meta text-failed">
            {problem}
          </p>
        )}
        <div className="flex gap-2">
          <Button small onClick={() => file.current?.click()}>
            From a file
          </Button>
          {fields.length > 0 && (
            <Button small kind="ghost" onClick={() => setInput(workflow, template())}>
              Fill in the fields
            </Button>
          )}
          {text !== '' && (
            <Button
              small
              kind="ghost"
              onClick={() => {
                setTooLarge(false);
                setInput(workflow, '');
              }}
            >
              Clear
            </Button>
          )}
        </div>
        <input
          ref={file}
          type="file"
          accept=".json,.csv,.tsv"
          aria-label="File with the input"
          className="hidden"
          onChange={(event) => {
            const [one] = event.target.files ?? [];
            if (one !== undefined) void read(one);
          }}
        />
      </div>
    </Popover>
  );
}

/** A table as the list of its rows; null: it is none. */
function asJson(text: string): string | null {
  const items = itemsOfTable(text);
  return items === null ? null : JSON.stringify(items, null, 1);
}

function problemOf(text: string): string {
  if (text.trim() === '') return '';
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'Not valid JSON.';
  }
}

function summary(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return `${value.length} items`;
    if (value !== null && typeof value === 'object') return `${Object.keys(value).length} fields`;
    return 'a value';
  } catch {
    return 'not valid';
  }
}
