/**
 * Owns the Loop section: the first thing in the form of every node and container, in the same words and order. As a
 * sentence or as a form, with what cannot apply and why, and with what it comes to.
 */
import { useState } from 'react';
import type { LoopSettings } from '@rondo/core/model/definition.ts';
import { classes } from '../../ui/classes.ts';
import { useDocumentAccess } from '../document-access.ts';
import { EDITOR_CODES, useNodeForm } from '../form/node-form.ts';
import { Said } from '../form/field.tsx';
import type { NodePlace } from '../place.ts';
import { ALL, FIELD_NAMES, loopFactsOf, type Runs } from './loop-facts.ts';
import type { LoopControl } from './loop-fields.tsx';
import { LoopFoot, type LoopFootProps } from './loop-foot.tsx';
import { LoopForm } from './loop-form.tsx';
import { LoopSentence } from './loop-sentence.tsx';
import { type ListData, SuggestList } from './suggest-list.tsx';
import { editsForRuns } from './runs-choice.ts';

export interface LoopSectionProps {
  place: NodePlace;
  foot: LoopFootProps;
  /** What a proposal for the list is tried on; null: no run. */
  list: ListData | null;
}

export function LoopSection({ place, foot, list }: LoopSectionProps) {
  const { editNode } = useDocumentAccess();
  const form = useNodeForm();
  const [as, setAs] = useState<'sentence' | 'form'>('sentence');
  const [why, setWhy] = useState(false);
  const { id, node } = place;
  const facts = loopFactsOf(place);
  const settings: LoopSettings = node.loop ?? {};
  const control: LoopControl = {
    settings,
    set: (path, value) => form.set(['loop', ...path], value),
    readOnly: form.readOnly,
  };
  const onRuns = (runs: Runs): void => editNode(id, editsForRuns(id, node, runs), `Loop of ${id}`);
  const diagnostics = form.diagnosticsAt(['loop'], true).filter((one) => !EDITOR_CODES.has(one.code));
  // What does not apply and is written all the same is in force nowhere; it is shown to be taken away.
  const idle = ALL.filter((field) => facts.whyNot[field] !== undefined);
  const reasons = new Map<string, string[]>();
  for (const field of idle) {
    const text = facts.whyNot[field] ?? '';
    reasons.set(text, [...(reasons.get(text) ?? []), FIELD_NAMES[field]]);
  }
  const shown = { place, facts, control, onRuns };
  return (
    <section
      aria-labelledby="loop-title"
      className="relative rounded-r-[9px] border border-l-0 border-accent-line bg-[color-mix(in_srgb,var(--accent)_4%,var(--surface))] py-2.5 pr-3.5 pl-8"
    >
      <RepeatEdge />
      <div className="mb-0.5 flex items-center gap-2">
        <h3 id="loop-title" className="flex-1 text-section font-semibold text-accent">
          Loop
        </h3>
        <span role="group" aria-label="How the loop is shown" className="flex items-center gap-1.5 text-meta text-ink3">
          {(['sentence', 'form'] as const).map((one, at) => (
            <span key={one} className="contents">
              {at > 0 && <span aria-hidden>/</span>}
              <button
                type="button"
                aria-pressed={as === one}
                onClick={() => setAs(one)}
                className={classes(
                  as === one ? 'font-semibold text-ink' : 'underline underline-offset-3 hover:text-ink',
                )}
              >
                {one === 'sentence' ? 'Sentence' : 'Form'}
              </button>
            </span>
          ))}
        </span>
      </div>
      {as === 'sentence' ? <LoopSentence {...shown} onForm={() => setAs('form')} /> : <LoopForm {...shown} />}
      {facts.whyNot.over === undefined && (place.type?.work === 'container' || settings.over !== undefined) && (
        <SuggestList
          node={id}
          over={settings.over}
          data={list}
          onTake={(expression) => control.set(['over'], expression)}
        />
      )}
      {diagnostics.length > 0 && (
        <div className="mt-1.5 flex flex-col gap-1">
          {diagnostics.map((one, at) => (
            <Said key={`${one.code} ${at}`} diagnostic={one} />
          ))}
        </div>
      )}
      {why && (
        <dl id="loop-why" className="mt-2 flex flex-col gap-0.5 text-meta">
          {facts.fixed !== '' && <Reason name="Run" text={facts.fixed} />}
          {[...reasons].map(([text, names]) => (
            <Reason key={text} name={names.join(', ')} text={text} />
          ))}
        </dl>
      )}
      <div className="mt-2 flex items-start gap-3 border-t border-line pt-2 text-meta text-ink2">
        <LoopFoot {...foot} />
        {(idle.length > 0 || facts.fixed !== '') && (
          <button
            type="button"
            aria-expanded={why}
            aria-controls="loop-why"
            onClick={() => setWhy(!why)}
            className="flex-none underline underline-offset-3 hover:text-ink"
          >
            Why not
          </button>
        )}
      </div>
    </section>
  );
}

function Reason({ name, text }: { name: string; text: string }) {
  return (
    <div className="flex gap-2">
      <dt className="w-[150px] flex-none font-semibold text-ink2">{name}</dt>
      <dd className="text-ink2">{text}</dd>
    </div>
  );
}

/** The opening sign: a thick bar, a thin one, two dots. */
function RepeatEdge() {
  return (
    <span aria-hidden>
      <span className="absolute -top-px -bottom-px left-0 w-1.5 rounded-l-[3px] bg-accent" />
      <span className="absolute -top-px -bottom-px left-[9px] w-0.5 bg-accent" />
      <span className="absolute top-1/2 left-[15px] -mt-3 size-[7px] rounded-full bg-accent" />
      <span className="absolute top-1/2 left-[15px] mt-[5px] size-[7px] rounded-full bg-accent" />
    </span>
  );
}
