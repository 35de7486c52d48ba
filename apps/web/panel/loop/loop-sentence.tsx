/** Owns the loop section as a sentence. Same words and order on every node; what cannot apply is absent. */
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import type { NodePlace } from '../place.ts';
import { type LoopFacts, onErrorWords, RUN_WORDS, type Runs } from './loop-facts.ts';
import {
  codeWords,
  ConditionInput,
  Labelled,
  type LoopControl,
  RateFields,
  rateWords,
  RetryFields,
  retryWords,
  TolerateFields,
  tolerateWords,
} from './loop-fields.tsx';
import { Choice, Detail, NumberToken } from './tokens.tsx';

export interface LoopShown {
  place: NodePlace;
  facts: LoopFacts;
  control: LoopControl;
  onRuns(runs: Runs): void;
}

export function LoopSentence({ place, facts, control, onRuns, onForm }: LoopShown & { onForm(): void }) {
  const { runs, choices, whyNot } = facts;
  const { settings, set, readOnly } = control;
  const can = (field: keyof LoopFacts['whyNot']): boolean => whyNot[field] === undefined;
  const inContainer = place.around.length > 0;
  if (runs === 'start') {
    return (
      <p className="text-section leading-[31px] text-ink2">
        Run <b className="font-semibold text-ink">once</b>: it starts the run.
      </p>
    );
  }
  return (
    <div className="text-section leading-[31px] text-ink2">
      Run{' '}
      <Choice
        label="Run"
        value={runs}
        options={choices.map((one) => [one, RUN_WORDS[one]] as const)}
        onChange={(next) => onRuns(next as Runs)}
        readOnly={readOnly}
      />
      <RunsDetail runs={runs} place={place} control={control} />
      {settings.over !== undefined && can('over') && (
        <>
          {' '}
          of{' '}
          <Detail label="The list it goes through" words={codeWords(settings.over)} readOnly={readOnly}>
            <Labelled text="The list it goes through">
              <ConditionInput
                label="Through the list"
                value={settings.over}
                onChange={(next) => set(['over'], next)}
                readOnly={readOnly}
              />
            </Labelled>
          </Detail>
        </>
      )}
      {can('parallel') && (
        <>
          ,{' '}
          <NumberToken
            label="In parallel"
            value={settings.parallel ?? 1}
            onChange={(next) => set(['parallel'], next === 1 ? undefined : next)}
            readOnly={readOnly}
          />{' '}
          in parallel
        </>
      )}
      {can('rate') && (
        <>
          , at most{' '}
          <Detail label="At most" words={rateWords(settings)} readOnly={readOnly}>
            <RateFields {...control} />
          </Detail>
        </>
      )}
      . If one fails,{' '}
      <Detail label="If one fails" words={retryWords(settings)} readOnly={readOnly}>
        <RetryFields {...control} />
      </Detail>
      , then{' '}
      <Choice
        label="Then"
        value={onErrorOf(control)}
        options={onErrorWords(inContainer)}
        onChange={(next) => set(['onError'], next === 'stop' ? undefined : next)}
        readOnly={readOnly}
      />
      {can('tolerate') && (
        <>
          , and stop at{' '}
          <Detail label="Stop at" words={tolerateWords(settings)} readOnly={readOnly}>
            <TolerateFields {...control} />
          </Detail>{' '}
          failed
        </>
      )}
      .
      {can('stopWhen') && (
        <>
          {' '}
          Stop early{' '}
          <Detail
            label="Stop early"
            words={settings.stopWhen === undefined ? 'never' : `when ${codeWords(settings.stopWhen)}`}
            readOnly={readOnly}
          >
            <Labelled text="When this holds after an iteration. Its result is $json.">
              <ConditionInput
                label="Stop early when"
                value={settings.stopWhen}
                onChange={(next) => set(['stopWhen'], next)}
                readOnly={readOnly}
                placeholder="$json.found"
              />
            </Labelled>
          </Detail>
          .
        </>
      )}
      <Also settings={settings} onForm={onForm} />
    </div>
  );
}

export const onErrorOf = ({ settings }: LoopControl): string =>
  settings.onError === null ? 'null' : (settings.onError ?? (settings.tolerate === undefined ? 'stop' : 'drop'));

/** What belongs to the first token: the number, the condition. */
export function RunsDetail({
  runs,
  place,
  control,
}: {
  runs: Runs;
  place: NodePlace;
  control: LoopControl;
}): ReactNode {
  const { settings, set, readOnly } = control;
  const { node } = place;
  if (runs === 'batch') {
    const byParameter = node.with?.['size'];
    if (node.type === 'loop-over-items' && byParameter !== undefined)
      return (
        <>
          {' '}
          <b className="font-semibold text-ink">{codeWords(byParameter)}</b>
        </>
      );
    return (
      <>
        {' '}
        <NumberToken
          label="Items in a batch"
          value={typeof settings.size === 'number' ? settings.size : 1}
          max={1_000_000}
          onChange={(next) => set(['size'], next)}
          readOnly={readOnly}
        />
      </>
    );
  }
  if (runs !== 'until' && runs !== 'while' && runs !== 'times') return null;
  const help = {
    until: 'Asked after each iteration: it ends when this holds.',
    while: 'Asked before each iteration: it goes on while this holds.',
    times: 'So many iterations.',
  }[runs];
  return (
    <>
      {' '}
      <Detail
        label={{ until: 'Until', while: 'While', times: 'Times' }[runs]}
        words={codeWords(settings[runs])}
        readOnly={readOnly}
      >
        <Labelled text={help}>
          <ConditionInput
            label={{ until: 'Until', while: 'While', times: 'Times' }[runs]}
            value={settings[runs]}
            onChange={(next) => set([runs], next)}
            readOnly={readOnly}
          />
        </Labelled>
      </Detail>
      {runs === 'times' && ' times'}
    </>
  );
}

/** What the sentence has no words for and is set: said, so that nothing is hidden. */
function Also({ settings, onForm }: { settings: LoopControl['settings']; onForm(): void }) {
  const also = [
    settings.limit !== undefined && `at most ${settings.limit} iterations`,
    settings.timeout !== undefined && `an attempt may take ${settings.timeout}`,
    settings.pause !== undefined && `${settings.pause} between two`,
    settings.fallback !== undefined && 'a value in place of a failed one',
    settings.collect !== undefined && `collect ${settings.collect}`,
    settings.flatten === true && 'lists are spread',
    settings.give !== undefined && 'one item is given at the end',
    (settings.state !== undefined || settings.update !== undefined) &&
      `variables ${Object.keys({ ...settings.state, ...settings.update }).join(', ')}`,
  ].filter((one): one is string => typeof one === 'string');
  if (also.length === 0) return null;
  return (
    <span className="block text-meta leading-5">
      Also: {also.join(' · ')}{' '}
      <Button small kind="ghost" onClick={onForm}>
        Change
      </Button>
    </span>
  );
}
