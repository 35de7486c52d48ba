/**
 * Owns the panel of one node: outline, header, and the three panes that share one iteration. It lies over its nearest
 * positioned ancestor. The document is the editor's; what is shown of runs is fetched here.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { addressOfPlace } from '../app/addresses.ts';
import { useKeys } from '../app/keys.ts';
import { useMay } from '../app/session.ts';
import { classes } from '../ui/classes.ts';
import { Empty } from '../ui/empty.tsx';
import { forgetCaret, ScopeContext } from './code/code-field.tsx';
import { InputPane } from './data/input-pane.tsx';
import { OutputPane } from './data/output-pane.tsx';
import { heldText, setQuery, useHeldPlace } from './data/run-place.ts';
import { DocumentContext, type DocumentAccess, useDocumentAccess, useDocumentOf } from './document-access.ts';
import { NodeFormPane } from './node-form-pane.tsx';
import { Outline } from './outline.tsx';
import { PanelHeader } from './panel-header.tsx';
import { type NodePlace, outlineOf, placeOfNode, titleOf } from './place.ts';
import { useRunNode, whyNotAlone } from './run-node.ts';
import { useNodeData } from './use-node-data.ts';
import { useScope } from './use-scope.ts';

export interface NodePanelProps {
  /** Its id. */
  workflow: string;
  node: string;
}

export function NodePanel({ workflow, node }: NodePanelProps) {
  const access = useDocumentOf(workflow);
  if (access === null) return <aside aria-label={`Node ${node}`} aria-busy className="absolute inset-0 bg-surface" />;
  return <Opened access={access} node={node} />;
}

function Opened({ access, node }: { access: DocumentAccess; node: string }) {
  const { definition, types, workflow, diagnostics } = access;
  const place = useMemo(() => placeOfNode(definition, node, types), [definition, node, types]);
  const search = useSearch();
  const trouble = useMemo(
    () => new Set(diagnostics.flatMap((one) => (one.node === null ? [] : [one.node]))),
    [diagnostics],
  );
  const close = (): void => navigate(addressOfPlace.workflow(workflow) + restOf(search, false));
  const next = (by: number): void => {
    const rows = outlineOf(definition);
    const at = rows.findIndex((one) => one.id === node);
    const target = rows[(at + by + rows.length) % rows.length];
    if (target !== undefined)
      navigate(addressOfPlace.node(workflow, target.id) + restOf(search, true), { replace: true });
  };
  useKeys('node panel', [
    { keys: 'Esc', does: 'Back to the canvas', run: close },
    { keys: 'Ctrl Tab', does: 'Next node', run: () => next(1) },
    { keys: 'Cmd Tab', does: 'Next node', run: () => next(1) },
    { keys: 'Alt ArrowDown', does: 'Next node', run: () => next(1) },
    { keys: 'Alt ArrowUp', does: 'Previous node', run: () => next(-1) },
  ]);
  return (
    <div className="absolute inset-0 z-10 grid grid-cols-[196px_minmax(0,1fr)] max-[1180px]:grid-cols-[minmax(0,1fr)]">
      <div className="contents max-[1180px]:hidden">
        <Outline
          workflow={workflow}
          definition={definition}
          types={types}
          node={node}
          trouble={trouble}
          query={restOf(search, true)}
        />
      </div>
      {place === null ? (
        <aside aria-label={`Node ${node}`} className="bg-surface">
          <Empty title={`There is no node ${node} in this version.`}>It may have been renamed or removed.</Empty>
        </aside>
      ) : (
        // Not around the outline: of two thousand lines each would be asked, at every key, whether it is meant.
        <DocumentContext value={access}>
          <Panel key={node} place={place} onClose={close} />
        </DocumentContext>
      )}
    </div>
  );
}

/** What stays in the address from node to node: the run, and on the canvas nothing of the iteration. */
function restOf(search: string, keep: boolean): string {
  const query = new URLSearchParams(search);
  if (!keep) query.delete('it');
  // It is of the node that was opened with it.
  query.delete('field');
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

function Panel({ place, onClose }: { place: NodePlace; onClose(): void }) {
  const { definition, workflow, readOnly, editNode } = useDocumentAccess();
  const { id, node } = place;
  const title = titleOf(id, node);
  const at = useHeldPlace(workflow, place);
  const shown = useNodeData(definition, place, at);
  const scope = useScope(place, shown.roots);
  const runs = useRunNode(workflow, definition, place, at);
  const mayRun = useMay('run:start');
  const [side, setSide] = useState<'input' | 'output' | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    return forgetCaret;
  }, []);

  const { indices, loop } = at;
  const { index } = shown;
  const go = (next: number): void => setQuery({ it: heldText([...indices.slice(0, -1), next]) });
  const hold = (on: boolean): void => setQuery({ it: on ? heldText(indices) : null });
  const step = (by: number): void => {
    if (index === null) return;
    const next = index + by;
    if (next >= 0 && (loop?.total == null || next < loop.total)) go(next);
  };
  const alone = mayRun.allowed ? whyNotAlone(definition, at) : mayRun.why;
  const pin = (): void => {
    const items = shown.data?.output?.[0]?.items ?? [];
    editNode(
      id,
      [{ path: ['pin'], value: node.pin === undefined ? items : undefined }],
      node.pin === undefined ? `Pin ${id}` : `Unpin ${id}`,
    );
  };
  useKeys('iterations', [
    { keys: 'Alt ArrowLeft', does: 'Previous iteration', run: () => step(-1) },
    { keys: 'Alt ArrowRight', does: 'Next iteration', run: () => step(1) },
    { keys: 'H', does: 'Hold or follow', run: () => index !== null && hold(!at.held) },
    {
      keys: 'P',
      does: 'Pin',
      run: () => (node.pin !== undefined || (shown.data?.output ?? null) !== null) && readOnly === '' && pin(),
    },
    {
      keys: 'Alt Enter',
      does: 'Run on this iteration',
      run: () => (alone === '' ? runs.onThisIteration() : mayRun.allowed && runs.upToHere()),
    },
  ]);
  const never = at.never === true || (at.run !== null && at.path === null && !at.loading);
  const empty = emptyText(at, shown.index !== null, place);
  return (
    <ScopeContext value={scope}>
      <aside
        aria-labelledby="panel-title"
        className="panel-in relative grid min-h-0 min-w-0 grid-rows-[52px_minmax(0,1fr)] bg-surface shadow-3"
      >
        <PanelHeader
          ref={heading}
          place={place}
          at={at}
          status={shown.iteration?.status ?? null}
          index={index}
          onIndex={go}
          onHeld={hold}
          pinned={node.pin !== undefined}
          whyNoPin={
            readOnly !== ''
              ? readOnly
              : node.pin !== undefined || shown.data?.output != null
                ? ''
                : 'There is no output to pin yet.'
          }
          onPin={pin}
          run={{
            busy: runs.busy,
            // While it is being found out, nothing changes its words.
            alone: alone === '' || at.loading || at.never === null,
            unless: mayRun.allowed ? (at.loading ? 'The last run is being looked up.' : '') : mayRun.why,
            start: alone === '' ? runs.onThisIteration : runs.upToHere,
          }}
          side={side}
          onSide={setSide}
          onClose={onClose}
        />
        <div className="grid min-h-0 grid-cols-[280px_minmax(0,1fr)_348px] min-[1680px]:grid-cols-[340px_minmax(0,1fr)_460px] max-[1180px]:grid-cols-[minmax(0,1fr)]">
          <div className={classes('grid min-h-0 border-r border-line', sheet(side === 'input', 'left-0'))}>
            <InputPane
              title={title}
              data={shown.data}
              roots={shown.roots}
              empty={
                shown.data !== null || empty === ''
                  ? null
                  : {
                      text: empty,
                      run: never
                        ? { label: 'Run up to here', unless: mayRun.allowed ? '' : mayRun.why, run: runs.upToHere }
                        : null,
                    }
              }
            />
          </div>
          <NodeFormPane
            place={place}
            foot={shown.foot}
            preview={shown.preview}
            list={shown.list}
            dialect={scope.dialect}
          />
          <div className={classes('grid min-h-0 border-l border-line', sheet(side === 'output', 'right-0'))}>
            <OutputPane
              node={id}
              title={title}
              data={shown.data}
              empty={empty}
              pinned={node.pin ?? null}
              onPinned={(items) => editNode(id, [{ path: ['pin'], value: items }], `Pin ${id}`)}
              readOnly={readOnly !== ''}
              score={shown.score}
              compare={
                at.run === null || at.path === null || shown.index === null
                  ? null
                  : { run: at.run.id, path: at.path, index: shown.index, place, own: at.own }
              }
            />
          </div>
        </div>
      </aside>
    </ScopeContext>
  );
}

/** On narrow screens a pane is a sheet over the form. */
const sheet = (open: boolean, edge: string): string =>
  classes(
    'max-[1180px]:absolute max-[1180px]:top-[52px] max-[1180px]:bottom-0 max-[1180px]:z-20 max-[1180px]:w-[340px] max-[1180px]:shadow-3',
    edge === 'left-0' ? 'max-[1180px]:left-0' : 'max-[1180px]:right-0',
    !open && 'max-[1180px]:hidden',
  );

function emptyText(
  { never, run, path, own, loading }: ReturnType<typeof useHeldPlace>,
  known: boolean,
  place: NodePlace,
): string {
  if (never === null || loading) return '';
  if (never || run === null) return 'It has not run yet. Run up to here to see its data.';
  if (place.type?.group === 'trigger' && path === null)
    return 'It starts the run; what it gives is the input of what follows.';
  if (path === null)
    return own
      ? 'It did not run in the run that is shown, or once, of which no items are kept.'
      : 'Its loop did not run in this run.';
  return known ? 'It was not reached in this iteration, or its steps were not kept.' : '';
}
