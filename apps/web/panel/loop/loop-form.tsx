/** Owns the loop section as a form: the same fields as the sentence and the rarer ones, one row each. */
import type { ReactNode } from 'react';
import { Checkbox, Select } from '../../ui/input.tsx';
import { Entries } from '../form/entries.tsx';
import { NumberInput } from '../form/number-input.tsx';
import { ValueField } from '../form/value-field.tsx';
import { FIELD_NAMES, type LoopField, onErrorWords, RUN_WORDS, type Runs } from './loop-facts.ts';
import { ConditionInput, DurationInput, RateFields, RetryFields, TolerateFields } from './loop-fields.tsx';
import { type LoopShown, onErrorOf } from './loop-sentence.tsx';

export function LoopForm({ place, facts, control, onRuns }: LoopShown) {
  const { runs, choices, whyNot } = facts;
  const { settings, set, readOnly } = control;
  const expression = (field: 'over' | 'stopWhen' | 'while' | 'until' | 'times', placeholder: string) => (
    <ConditionInput
      label={FIELD_NAMES[field]}
      value={settings[field]}
      onChange={(next) => set([field], next)}
      readOnly={readOnly}
      placeholder={placeholder}
    />
  );
  const time = (field: 'timeout' | 'pause') => (
    <DurationInput
      label={FIELD_NAMES[field]}
      value={settings[field]}
      onChange={(next) => set([field], next)}
      readOnly={readOnly}
    />
  );
  const rows: Partial<Record<LoopField, ReactNode>> = {
    runs: (
      <div className="flex gap-2">
        <span className="grid flex-1">
          <Select
            label="Run"
            value={runs}
            options={choices.map((one) => [one, RUN_WORDS[one]] as const)}
            onChange={(next) => onRuns(next as Runs)}
            disabled={readOnly || choices.length < 2}
          />
        </span>
        {runs === 'batch' && place.node.with?.['size'] === undefined && (
          <span className="w-24">
            <NumberInput
              label="Items in a batch"
              whole
              min={1}
              value={typeof settings.size === 'number' ? settings.size : undefined}
              onChange={(size) => set(['size'], size)}
              readOnly={readOnly}
            />
          </span>
        )}
      </div>
    ),
    over: expression('over', 'the items that arrive'),
    parallel: (
      <NumberInput
        label={FIELD_NAMES.parallel}
        whole
        min={1}
        max={10_000}
        value={settings.parallel}
        placeholder="1"
        onChange={(next) => set(['parallel'], next)}
        readOnly={readOnly}
      />
    ),
    rate: <RateFields {...control} />,
    retry: <RetryFields {...control} />,
    onError: (
      <span className="grid">
        <Select
          label={FIELD_NAMES.onError}
          value={onErrorOf(control)}
          options={onErrorWords(place.around.length > 0)}
          onChange={(next) => set(['onError'], next === 'stop' ? undefined : next)}
          disabled={readOnly}
        />
      </span>
    ),
    fallback: (
      <ValueField
        label={FIELD_NAMES.fallback}
        value={settings.fallback}
        onChange={(next) => set(['fallback'], next)}
        readOnly={readOnly}
        placeholder="{ error: message }"
      />
    ),
    tolerate: <TolerateFields {...control} />,
    stopWhen: expression('stopWhen', 'never'),
    while: expression('while', '$loop.index < 10'),
    until: expression('until', '$json.done'),
    times: expression('times', '3'),
    limit: (
      <NumberInput
        label={FIELD_NAMES.limit}
        whole
        min={1}
        value={settings.limit}
        placeholder={place.node.type === 'loop' ? '1,000' : '1,000,000'}
        onChange={(next) => set(['limit'], next)}
        readOnly={readOnly}
      />
    ),
    timeout: time('timeout'),
    pause: time('pause'),
    state: (
      <Entries
        label={FIELD_NAMES.state}
        value={settings.state}
        path={['loop', 'state']}
        set={(next) => set(['state'], next)}
      />
    ),
    update: (
      <Entries
        label={FIELD_NAMES.update}
        value={settings.update}
        path={['loop', 'update']}
        set={(next) => set(['update'], next)}
      />
    ),
    collect: (
      <span className="grid">
        <Select
          label={FIELD_NAMES.collect}
          value={settings.collect ?? ''}
          options={[
            ['', 'all results, in order'],
            ['concat', 'all results, in order (written)'],
            ['last', 'the last result'],
            ['position', 'results by position'],
            ['list', 'one item with the list of results'],
          ]}
          onChange={(next) => set(['collect'], next === '' ? undefined : next)}
          disabled={readOnly}
        />
      </span>
    ),
    flatten: (
      <Checkbox
        shown
        label="Lists in results are spread into their elements"
        checked={settings.flatten === true}
        onChange={(on) => set(['flatten'], on ? true : undefined)}
        disabled={readOnly}
      />
    ),
    give: (
      <ValueField
        label={FIELD_NAMES.give}
        value={settings.give}
        onChange={(next) => set(['give'], next)}
        readOnly={readOnly}
        placeholder="the results"
      />
    ),
  };
  return (
    <div className="mt-1 flex flex-col gap-2">
      {(Object.keys(rows) as LoopField[])
        .filter((field) => whyNot[field] === undefined)
        .map((field) => (
          <div
            key={field}
            role="group"
            aria-label={FIELD_NAMES[field]}
            className="grid grid-cols-[124px_minmax(0,1fr)] items-start gap-2"
          >
            <span className="pt-1.5 text-meta font-semibold text-ink2">{FIELD_NAMES[field]}</span>
            <div className="min-w-0">{rows[field]}</div>
          </div>
        ))}
    </div>
  );
}
