/**
 * Owns the middle of the panel: set up (the loop first, then the parameters), examples of the type, notes, and the node
 * as text. Gives every field below it where it writes and what is said about it.
 */
import { lazy, Suspense, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import { Tabs as Radix } from 'radix-ui';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox, TextArea } from '../ui/input.tsx';
import { ValueView } from '../ui/value-view.tsx';
import { useCaret } from './code/code-field.tsx';
import { Preview, type PreviewPlace } from './code/preview.tsx';
import { useDocumentAccess } from './document-access.ts';
import { Said } from './form/field.tsx';
import { diagnosticsAt, FormContext, labelOf, type NodeForm } from './form/node-form.ts';
import { Parameters } from './form/parameters.tsx';
import { ExpressionField } from './form/text-field.tsx';
import type { LoopFootProps } from './loop/loop-foot.tsx';
import { LoopSection } from './loop/loop-section.tsx';
import type { ListData } from './loop/suggest-list.tsx';
import { type NodePlace, titleOf } from './place.ts';

const NodeSource = lazy(() => import('./node-source.tsx'));

export interface NodeFormPaneProps {
  place: NodePlace;
  foot: LoopFootProps;
  preview: PreviewPlace | null;
  list: ListData | null;
  dialect: Dialect;
}

export function NodeFormPane({ place, foot, preview, list, dialect }: NodeFormPaneProps) {
  const { diagnostics, readOnly, edit, editNode, keep } = useDocumentAccess();
  const [tab, setTab] = useState('set-up');
  const { id, node, path } = place;
  const form = useMemo(
    (): NodeForm => ({
      node: id,
      type: node.type,
      readOnly: readOnly !== '',
      set: (at, value) => editNode(id, [{ path: at, value }], `Set ${at.slice(1).join('.')} of ${id}`),
      diagnosticsAt: (at, inside) => diagnosticsAt(diagnostics, { id, path }, at, inside),
      fix: ({ fix }) => edit(fix?.edits ?? [], fix?.text.replace(/\.$/, '') ?? 'Fix'),
      keep: (one) => keep(id, one.code),
    }),
    [id, node.type, path, diagnostics, readOnly, edit, editNode, keep],
  );
  const title = titleOf(id, node);
  const tabs: [string, string][] = [
    ['set-up', 'Set up'],
    ['examples', 'Examples'],
    ['notes', 'Notes'],
    ['text', 'As text'],
  ];
  return (
    <FormContext value={form}>
      <Radix.Root value={tab} onValueChange={setTab} className="relative flex min-h-0 min-w-0 flex-col">
        <Radix.List
          aria-label={`Parts of ${title}`}
          className="flex h-10 flex-none items-end gap-[18px] border-b border-line px-[18px]"
        >
          {tabs.map(([value, label]) => (
            <Radix.Trigger
              key={value}
              value={value}
              className="-mb-px border-b-2 border-transparent pb-2 font-medium whitespace-nowrap text-ink2 hover:text-ink data-[state=active]:border-ink data-[state=active]:text-ink"
            >
              {label}
              {value === 'notes' && (node.notes ?? '') !== '' && <span className="ml-1 text-ink3">1</span>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {readOnly !== '' && (
          <p className="flex-none border-b border-line bg-sunken px-[18px] py-1.5 text-meta text-ink2">{readOnly}</p>
        )}
        <Radix.Content value={tab} className="min-h-0 flex-1 overflow-y-auto px-[18px] py-3.5 outline-offset-[-2px]">
          <div className="mx-auto flex max-w-[720px] flex-col gap-3">
            {tab === 'set-up' && <SetUp place={place} foot={foot} list={list} form={form} />}
            {tab === 'examples' && <Examples place={place} form={form} />}
            {tab === 'notes' && <Notes place={place} form={form} />}
            {tab === 'text' && (
              <Suspense fallback={null}>
                <NodeSource
                  node={node}
                  title={title}
                  readOnly={form.readOnly}
                  onChange={(next) => edit([{ path, value: next }], `Text of ${id}`)}
                />
              </Suspense>
            )}
          </div>
        </Radix.Content>
        <CaretPreview place={preview} dialect={dialect} />
      </Radix.Root>
    </FormContext>
  );
}

function SetUp({
  place,
  foot,
  list,
  form,
}: {
  place: NodePlace;
  foot: LoopFootProps;
  list: ListData | null;
  form: NodeForm;
}) {
  const { diagnostics } = useDocumentAccess();
  const { id, node, type } = place;
  const specs = type?.parameters ?? [];
  const common = useMemo(() => new Set(type?.examples.slice(0, 2).flatMap((one) => Object.keys(one.with))), [type]);
  // What is said of the node as a whole: no field of the form shows it.
  const shown = new Set([
    ...form.diagnosticsAt(['with'], true),
    ...form.diagnosticsAt(['loop'], true),
    ...form.diagnosticsAt(['body'], true),
    ...specs.flatMap((spec) => form.diagnosticsAt(['with', spec.name], true)),
  ]);
  const general = diagnostics.filter((one) => one.node === id && !shown.has(one));
  return (
    <>
      <LoopSection place={place} foot={foot} list={list} />
      {general.map((one, at) => (
        <Said key={`${one.code} ${at}`} diagnostic={one} />
      ))}
      {type === undefined && (
        <p className="text-ink2">This server has no node type {node.type}. What the node has is kept; see As text.</p>
      )}
      {type !== undefined && (
        <Parameters
          specs={specs}
          value={(node.with ?? {}) as Record<string, unknown>}
          path={['with']}
          common={common}
        />
      )}
      <Otherwise place={place} form={form} />
    </>
  );
}

/** The few switches that every node has. */
function Otherwise({ place, form }: { place: NodePlace; form: NodeForm }) {
  const { node, type } = place;
  const flag = (name: 'disabled' | 'alwaysOutput' | 'executeOnce', label: string) => (
    <Checkbox
      shown
      label={label}
      checked={node[name] === true}
      onChange={(on) => form.set([name], on ? true : undefined)}
      disabled={form.readOnly}
    />
  );
  const set = node.disabled === true || node.alwaysOutput === true || node.skipWhen !== undefined;
  return (
    <details open={set || undefined} className="border-t border-line pt-2">
      <summary className="cursor-pointer text-meta text-ink2">On every node</summary>
      <div className="mt-2 flex flex-col gap-2">
        {flag('disabled', 'Disabled: items pass through untouched')}
        {type?.group !== 'trigger' && flag('alwaysOutput', 'An empty result becomes one empty item')}
        {node.executeOnce === true && flag('executeOnce', 'Runs once; the current item is the first')}
        <div className="grid grid-cols-[132px_minmax(0,1fr)] items-start gap-2.5">
          <span className="pt-1.5 text-meta font-semibold text-ink2">Skip when</span>
          <ExpressionField
            label="Skip when"
            placeholder="never"
            value={node.skipWhen}
            onChange={(next) => form.set(['skipWhen'], next)}
            readOnly={form.readOnly}
          />
        </div>
      </div>
    </details>
  );
}

function Examples({ place, form }: { place: NodePlace; form: NodeForm }) {
  const { editNode } = useDocumentAccess();
  const { id, type } = place;
  const examples = type?.examples ?? [];
  return (
    <>
      <p className="text-ink2">{type?.description}</p>
      {examples.map((one) => (
        <section key={one.title} className="flex flex-col gap-1.5">
          <div className="flex items-center gap-2">
            <h3 className="flex-1 text-meta font-semibold text-ink2">{one.title}</h3>
            <Button
              small
              unless={form.readOnly ? 'It cannot be changed here.' : ''}
              onClick={() => editNode(id, [{ path: ['with'], value: one.with }], `Example in ${id}`)}
            >
              Use these fields
            </Button>
          </div>
          <ValueView label={one.title} value={one.with} as="tree" openDepth={4} />
        </section>
      ))}
      {examples.length === 0 && <p className="text-ink3">This type has no examples.</p>}
      {(type?.outputs.length ?? 0) > 1 && (
        <p className="text-meta text-ink2">
          Outputs:{' '}
          {type?.outputs
            .map((port) => `${labelOf(port.name)}${port.description === undefined ? '' : ` (${port.description})`}`)
            .join(' · ')}
        </p>
      )}
    </>
  );
}

function Notes({ place, form }: { place: NodePlace; form: NodeForm }) {
  return (
    <TextArea
      aria-label="Notes about the node"
      placeholder="For people. It changes nothing."
      className="min-h-40"
      value={place.node.notes ?? ''}
      readOnly={form.readOnly}
      onChange={({ target }) => form.set(['notes'], target.value === '' ? undefined : target.value)}
    />
  );
}

/** Below the field that has the caret. The field makes room for it; it is rendered from here, as the data is here. */
function CaretPreview({ place, dialect }: { place: PreviewPlace | null; dialect: Dialect }) {
  const { slot, text } = useCaret();
  if (slot === null || !text.includes('{{')) return null;
  return createPortal(<Preview template={text} place={place} dialect={dialect} />, slot);
}
