/**
 * Owns the Output pane: what came out in the iteration that is shown, the error first when it failed, attempts, logs,
 * pinned items and editing them, and this node's Score of the run at its foot.
 */
import { Columns2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { IconButton } from '../../ui/button.tsx';
import { bytes, count, counted, duration } from '../../ui/format.ts';
import { Segments } from '../../ui/segments.tsx';
import { StatusChip } from '../../ui/status.tsx';
import { ValueView } from '../../ui/value-view.tsx';
import { MiniScore } from '../../score/mini-score.tsx';
import { nodeCode } from '../code/scope.ts';
import { JsonField } from '../form/value-field.tsx';
import { Attempts } from './attempts.tsx';
import { Compared, type ComparePlace } from './compared.tsx';
import { FieldsView } from './fields-view.tsx';
import type { NodeData } from './node-data.ts';
import { type DataForm, Pane } from './pane.tsx';

export interface ScoreFoot {
  run: string;
  href: string;
  cells: string;
  completed: number;
  failed: number;
  total: number | null;
  /** Failures with the same cause as the shown one. */
  alike: number | null;
}

export interface OutputPaneProps {
  node: string;
  title: string;
  data: NodeData | null;
  /** Nothing is known: why. */
  empty: string;
  pinned: readonly unknown[] | null;
  onPinned(items: unknown[]): void;
  readOnly: boolean;
  score: ScoreFoot | null;
  /** The iteration, for a comparison; null: none is shown. */
  compare: ComparePlace | null;
}

export function OutputPane(props: OutputPaneProps) {
  const { node, title, data, empty, pinned, onPinned, readOnly, score, compare } = props;
  const [compares, setCompares] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const [form, setForm] = useState<DataForm>('json');
  const [port, setPort] = useState('0');
  const outputs = data?.output ?? [];
  const shown = outputs[Number(port)] ?? outputs.find((one) => one.items.length > 0) ?? outputs[0];
  const items = pinned ?? shown?.items ?? [];
  // An attempt before the last one says what it failed of.
  const failure = data?.tries.find((one) => one.number === chosen)?.failure ?? data?.failure ?? null;
  return (
    <Pane
      title="Output"
      note={
        <>
          {pinned !== null ? (
            <span className="cut">pinned</span>
          ) : data !== null && data.status !== 'completed' ? (
            <StatusChip status={data.status} />
          ) : (
            data !== null && counted(items.length, 'item')
          )}
          {pinned === null && data?.durationMs != null && <span className="cut">{duration(data.durationMs)}</span>}
        </>
      }
      action={
        data !== null &&
        compare !== null &&
        pinned === null && (
          <IconButton
            small
            label="Compare with the nearest completed one"
            aria-pressed={compares}
            icon={<Columns2 size={14} aria-hidden />}
            onClick={() => setCompares(!compares)}
          />
        )
      }
      form={form}
      onForm={setForm}
      foot={score === null ? null : <ScoreBox {...score} />}
    >
      {pinned !== null ? (
        <div className="flex flex-col gap-2 p-3">
          <p className="text-meta text-ink2">
            Pinned: these {counted(pinned.length, 'item')} are used instead of running the node.
          </p>
          <JsonField
            label="Pinned items"
            value={pinned}
            onChange={(next) => Array.isArray(next) && onPinned(next as unknown[])}
            readOnly={readOnly}
          />
        </div>
      ) : data === null ? (
        <p className="p-3.5 text-meta text-ink3">{empty}</p>
      ) : (
        <>
          {compares && compare !== null && <Compared data={data} at={compare} />}
          {data.attempts > 1 && <Attempts data={data} chosen={chosen} onChoose={setChosen} />}
          {failure !== null && (
            <div role="status" className="px-3.5 pt-3">
              <p className="font-semibold break-words text-failed">{failure.message}</p>
              {failure.fix !== undefined && <p className="mt-0.5 text-meta text-ink2">{failure.fix}</p>}
              <p className="mt-0.5 font-mono text-axis text-ink3">{failure.code}</p>
            </div>
          )}
          {outputs.length > 1 && (
            <div className="px-3.5 pt-3">
              <Segments
                label="Output port"
                value={String(Math.max(0, outputs.indexOf(shown ?? outputs[0]!)))}
                onChange={setPort}
                options={outputs.map((one, at) => ({
                  value: String(at),
                  label: `${one.name} ${count(one.items.length)}`,
                }))}
              />
            </div>
          )}
          <Values node={node} title={title} form={form} items={items} data={data} />
        </>
      )}
    </Pane>
  );
}

function Values({
  node,
  title,
  form,
  items,
  data,
}: {
  node: string;
  title: string;
  form: DataForm;
  items: readonly unknown[];
  data: NodeData;
}) {
  const failedData = data.failure?.data;
  const reply = failedData?.['reply'] ?? failedData?.['body'] ?? failedData?.['text'];
  const value = items.length === 1 ? items[0] : items;
  if (data.cut)
    return <p className="p-3.5 text-meta text-ink3">Only the number of items was kept: {count(items.length)}.</p>;
  return (
    <div className="flex flex-col gap-2 p-3">
      {data.output === null && data.failure === null && <p className="text-meta text-ink3">Nothing was kept of it.</p>}
      {data.failure !== null && reply !== undefined && (
        <ValueView label={`Reply to ${title}`} value={reply} as={typeof reply === 'string' ? 'text' : 'tree'} />
      )}
      {data.failure !== null &&
        reply === undefined &&
        failedData !== undefined &&
        Object.keys(failedData).length > 0 && (
          <ValueView label={`Facts of the failure of ${title}`} value={failedData} as="tree" />
        )}
      {data.failure === null && data.output !== null && form === 'fields' && (
        <FieldsView
          roots={[
            {
              code: `${nodeCode(node)}.item.json`,
              label: 'Item',
              value: items[0],
              note: items.length > 1 ? `first of ${count(items.length)}` : '',
            },
          ]}
        />
      )}
      {data.failure === null && data.output !== null && form !== 'fields' && (
        <ValueView
          label={`Output of ${title}`}
          value={form === 'table' ? items : value}
          as={form === 'table' ? 'table' : 'tree'}
        />
      )}
      {data.cutAt !== null && <p className="text-meta text-warn">Values are cut at {bytes(data.cutAt)}.</p>}
      {data.given !== undefined && (
        <details className="text-meta">
          <summary className="cursor-pointer text-ink2">Arguments</summary>
          <ValueView label={`Arguments of ${title}`} value={data.given} as="tree" className="mt-1" />
        </details>
      )}
      {data.logs !== '' && (
        <details className="text-meta">
          <summary className="cursor-pointer text-ink2">Logs {count(data.logs.trimEnd().split('\n').length)}</summary>
          <ValueView label={`Logs of ${title}`} value={data.logs} as="text" className="mt-1" />
        </details>
      )}
      {data.usage !== null && (
        <p className="text-meta text-ink3">
          {count(data.usage.tokensIn)} tokens in, {count(data.usage.tokensOut)} out
          {data.usage.cost > 0 && `, $ ${data.usage.cost.toFixed(4)}`} in this iteration
        </p>
      )}
    </div>
  );
}

function ScoreBox({ run, href, cells, completed, failed, total, alike }: ScoreFoot) {
  const settled = completed + failed;
  return (
    <footer className="mx-3.5 mb-3.5 flex-none border-t border-line pt-2.5 text-meta">
      <div className="flex items-center justify-between gap-2">
        <span className="cut text-ink3">This node in run {run}</span>
        <Link href={href} className="flex-none font-semibold underline underline-offset-3">
          Open run
        </Link>
      </div>
      <MiniScore cells={cells} size="header" stats={{ completed, failed, total }} className="my-1.5" />
      <p className="text-ink2">
        {failed > 0 ? <b className="font-semibold text-failed">{count(failed)} failed</b> : 'None failed'} of{' '}
        {count(settled)}
        {alike !== null && alike > 0 && `, ${count(alike)} like this one`}
      </p>
    </footer>
  );
}
