/**
 * Owns the proposal for the list of a loop: what one wants, what the configured model proposes for it, tried on the
 * last run, and taking it or not. It is an edit that is seen before it is made. Absent without a model.
 */
import { Sparkles } from 'lucide-react';
import { useId, useState } from 'react';
import type { SuggestionView } from '@rondo/api/schemas/node.ts';
import { messageOf, useApi, useSend } from '../../app/api.ts';
import { useConnection } from '../../app/connection.ts';
import { useMay } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { count } from '../../ui/format.ts';
import { Checkbox, Input } from '../../ui/input.tsx';
import { ValueView } from '../../ui/value-view.tsx';
import { useDocumentAccess } from '../document-access.ts';
import { codeWords } from './loop-fields.tsx';

/** The run whose data a proposal is tried on; inside a loop, with the iteration around. */
export interface ListData {
  id: string;
  loop?: string;
  index?: number;
}

export interface SuggestListProps {
  node: string;
  /** What the loop goes through now. */
  over: unknown;
  data: ListData | null;
  onTake(expression: string): void;
}

export function SuggestList({ node, over, data, onTake }: SuggestListProps) {
  const { definition, readOnly } = useDocumentAccess();
  const { data: names } = useApi('GET /expressions/names', {}, { staleTime: Number.POSITIVE_INFINITY });
  const may = useMay('workflow:write');
  const lost = useConnection((state) => state.lostAt !== null);
  const [open, setOpen] = useState(false);
  const [task, setTask] = useState('');
  const [values, setValues] = useState(false);
  const ask = useSend('POST /expressions/suggest');
  const form = useId();
  const model = names?.model ?? null;
  if (model === null || readOnly !== '' || !may.allowed) return null;
  if (!open) {
    return (
      <Button small kind="ghost" icon={<Sparkles size={14} aria-hidden />} onClick={() => setOpen(true)}>
        Suggest the list
      </Button>
    );
  }
  const close = (): void => {
    setOpen(false);
    ask.reset();
  };
  const found = ask.data;
  return (
    <section
      aria-label="Suggestion"
      className="mt-2 flex flex-col gap-2 rounded-control border border-line2 bg-surface p-3 text-meta"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (ask.isPending) return;
          ask.mutate({
            body: {
              definition: { ...definition },
              node,
              task,
              values,
              ...(data === null ? {} : { run: data }),
            },
          });
        }}
      >
        <label htmlFor={form} className="font-semibold text-ink2">
          What should it go through?
        </label>
        <div className="flex gap-2">
          <Input
            id={form}
            autoFocus
            value={task}
            maxLength={2_000}
            placeholder="every chapter of the outline"
            onChange={({ target }) => setTask(target.value)}
          />
          <Button small kind="primary" type="submit" busy={ask.isPending} unless={lost ? 'It needs the server.' : ''}>
            Ask {model}
          </Button>
        </div>
        <Checkbox
          shown
          label="Send short values of the run, too. Else only names, types and lengths leave this server."
          checked={values}
          onChange={setValues}
        />
      </form>
      {ask.error !== null && (
        <p role="alert" className="text-failed">
          {messageOf(ask.error)}
        </p>
      )}
      {found !== undefined && <Proposed found={found} over={over} />}
      <div className="flex gap-2">
        {found !== undefined && (
          <Button
            small
            kind="primary"
            onClick={() => {
              onTake(found.expression);
              close();
            }}
          >
            Use it
          </Button>
        )}
        <Button small onClick={close}>
          {found === undefined ? 'Close' : 'Leave it as it is'}
        </Button>
      </div>
    </section>
  );
}

function Proposed({ found, over }: { found: SuggestionView; over: unknown }) {
  const { expression, why, first, told } = found;
  const rest = found.count - first.length;
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 gap-y-0.5 rounded-[8px] border border-line bg-sunken px-3 py-2 font-mono">
        <dt className="text-failed">
          <span aria-hidden>−</span>
          <span className="sr-only">Now</span>
        </dt>
        <dd className="break-words text-ink2">{over === undefined ? 'the items that arrive' : codeWords(over)}</dd>
        <dt className="text-ink">
          <span aria-hidden>+</span>
          <span className="sr-only">Proposed</span>
        </dt>
        <dd className="break-words text-ink">{codeWords(expression)}</dd>
      </dl>
      {why !== '' && <p className="break-words">{why}</p>}
      <p className="text-ink2">
        On the last run it gives <b className="font-semibold text-ink">{count(found.count)}</b>{' '}
        {found.count === 1 ? 'element' : 'elements'}
        {first.length > 0 && (rest > 0 ? `, the first ${first.length} of which are:` : ':')}
      </p>
      {first.length > 0 && <ValueView label="First elements" value={first} as="tree" openDepth={2} />}
      <details>
        <summary className="cursor-pointer text-ink2">What the model was told of the data</summary>
        <pre className="mt-1 max-h-40 overflow-auto rounded-[8px] border border-line bg-sunken px-3 py-2 break-words whitespace-pre-wrap">
          {told.join('\n')}
        </pre>
      </details>
    </div>
  );
}
