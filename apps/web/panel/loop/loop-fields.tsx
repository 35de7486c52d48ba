/**
 * Owns the controls of the loop section that need more than a number: rate, retry, tolerance, conditions. The sentence
 * opens them from a token, the form shows them as rows: the same controls, the same words.
 */
import type { LoopSettings } from '@rondo/core/model/definition.ts';
import { duration } from '../../ui/format.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import { Checkbox, Input, Select } from '../../ui/input.tsx';
import { soleCode } from '../code/one-expression.ts';
import type { ExpressionPlace } from '../code/template-parts.ts';
import { NumberInput } from '../form/number-input.tsx';
import { ExpressionField } from '../form/text-field.tsx';

export interface LoopControl {
  settings: LoopSettings;
  /** Place below `loop`; undefined takes it away. */
  set(path: readonly (string | number)[], value: unknown): void;
  readOnly: boolean;
}

// ---- words

export function rateWords({ rate }: LoopSettings): string {
  if (rate === undefined) return 'any rate';
  const ms = parseDuration(rate.per);
  const units: Record<number, string> = { 1_000: 's', 60_000: 'min', 3_600_000: 'h', 86_400_000: 'd' };
  return `${rate.count} / ${ms === null ? rate.per : (units[ms] ?? duration(ms))}`;
}

export function retryWords({ retry }: LoopSettings): string {
  if (retry === undefined || retry.times === 0) return 'do not retry';
  return retry.times === 1 ? 'retry once' : `retry ${retry.times} times`;
}

export function tolerateWords({ tolerate }: LoopSettings): string {
  if (tolerate?.share !== undefined) return `${Math.round(tolerate.share * 1_000) / 10} %`;
  if (tolerate?.count !== undefined) return String(tolerate.count);
  return 'no number';
}

/** An expression without its braces; other values as they are. */
export function codeWords(value: unknown): string {
  if (typeof value !== 'string') return value === undefined ? '…' : String(value);
  return soleCode(value) ?? value;
}

// ---- controls

const PER: readonly (readonly [string, string])[] = [
  ['1s', 'a second'],
  ['1m', 'a minute'],
  ['1h', 'an hour'],
  ['1d', 'a day'],
];

export function RateFields({ settings, set, readOnly }: LoopControl) {
  const { rate } = settings;
  const per = PER.find(([one]) => parseDuration(one) === parseDuration(rate?.per ?? '1s'))?.[0];
  const options = per === undefined ? [...PER, [String(rate?.per), String(rate?.per)] as const] : PER;
  return (
    <div className="flex flex-col gap-2">
      <div className="grid grid-cols-[1fr_1fr] gap-2">
        <NumberInput
          label="Starts at most"
          whole
          min={1}
          value={rate?.count}
          placeholder="any number"
          readOnly={readOnly}
          onChange={(count) => set(['rate'], count === undefined ? undefined : { per: '1s', ...rate, count })}
        />
        <Select
          label="In each"
          value={per ?? String(rate?.per)}
          options={options}
          disabled={readOnly || rate === undefined}
          onChange={(next) => set(['rate', 'per'], next)}
        />
      </div>
      {rate !== undefined && (
        <Labelled text="Shared with loops that name the same key">
          <Input
            aria-label="Key of the rate"
            value={rate.key ?? ''}
            placeholder="only this loop"
            readOnly={readOnly}
            onChange={({ target }) => set(['rate', 'key'], target.value === '' ? undefined : target.value)}
          />
        </Labelled>
      )}
    </div>
  );
}

export function RetryFields({ settings, set, readOnly }: LoopControl) {
  const { retry } = settings;
  const put = (field: string, value: unknown): void => set(['retry', field], value);
  return (
    <div className="flex flex-col gap-2">
      <Labelled text="Further attempts">
        <NumberInput
          label="Further attempts"
          whole
          min={0}
          max={100}
          value={retry?.times}
          placeholder="none"
          readOnly={readOnly}
          onChange={(times) => set(['retry'], times === undefined || times === 0 ? undefined : { ...retry, times })}
        />
      </Labelled>
      {retry !== undefined && (
        <>
          <div className="grid grid-cols-2 gap-2">
            <Labelled text="First after">
              <DurationInput
                label="Delay before the second attempt"
                value={Array.isArray(retry.delay) ? retry.delay.join(', ') : retry.delay}
                placeholder="1s"
                readOnly={readOnly}
                onChange={(delay) => put('delay', listOfDelays(delay))}
              />
            </Labelled>
            <Labelled text="Each next longer by">
              <NumberInput
                label="Factor from one delay to the next"
                min={1}
                value={retry.backoff}
                placeholder="2"
                readOnly={readOnly}
                onChange={(backoff) => put('backoff', backoff)}
              />
            </Labelled>
            <Labelled text="At most">
              <DurationInput
                label="Longest delay"
                value={retry.maxDelay}
                placeholder="60s"
                readOnly={readOnly}
                onChange={(most) => put('maxDelay', most)}
              />
            </Labelled>
            <Labelled text="Share that is random">
              <NumberInput
                label="Share of the delay that is random, 0 to 1"
                min={0}
                max={1}
                value={retry.jitter}
                placeholder="0"
                readOnly={readOnly}
                onChange={(jitter) => put('jitter', jitter)}
              />
            </Labelled>
          </div>
          <Labelled text="Only when">
            <ConditionInput
              label="Retry only when"
              value={retry.when}
              place="failure"
              placeholder="$error.data.status === 429"
              readOnly={readOnly}
              onChange={(when) => put('when', when)}
            />
          </Labelled>
          <Checkbox
            shown
            label="Also failures that repetition does not help"
            checked={retry.always === true}
            disabled={readOnly}
            onChange={(on) => put('always', on ? true : undefined)}
          />
        </>
      )}
    </div>
  );
}

function listOfDelays(value: string | number | undefined): unknown {
  if (typeof value !== 'string' || !value.includes(',')) return value;
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

export function TolerateFields({ settings, set, readOnly }: LoopControl) {
  const { tolerate } = settings;
  const put = (field: string, value: unknown): void => set(['tolerate', field], value);
  return (
    <div className="flex flex-col gap-2">
      <div className="grid grid-cols-2 gap-2">
        <Labelled text="Percent that failed">
          <NumberInput
            label="Percent that failed"
            min={0}
            max={100}
            value={tolerate?.share === undefined ? undefined : Math.round(tolerate.share * 1_000) / 10}
            placeholder="any"
            readOnly={readOnly}
            onChange={(percent) => put('share', percent === undefined ? undefined : Math.round(percent * 10) / 1_000)}
          />
        </Labelled>
        <Labelled text="Number that failed">
          <NumberInput
            label="Number that failed"
            whole
            min={0}
            value={tolerate?.count}
            placeholder="any"
            readOnly={readOnly}
            onChange={(count) => put('count', count)}
          />
        </Labelled>
      </div>
      {tolerate !== undefined && (
        <Checkbox
          shown
          label="Asked at the end, so that all of them run"
          checked={tolerate.judge === 'end'}
          disabled={readOnly}
          onChange={(on) => put('judge', on ? 'end' : undefined)}
        />
      )}
    </div>
  );
}

export interface ConditionInputProps {
  label: string;
  value: unknown;
  onChange(value: unknown): void;
  readOnly: boolean;
  placeholder?: string;
  place?: ExpressionPlace;
}

/** One expression; a number where one is written plainly. */
export function ConditionInput({ value, onChange, ...rest }: ConditionInputProps) {
  const shown = typeof value === 'number' || typeof value === 'boolean' ? `{{ ${String(value)} }}` : value;
  return (
    <ExpressionField
      {...rest}
      value={shown}
      onChange={(next) => {
        const plain = next === undefined ? null : /^\d+$/.exec(soleCode(next) ?? '');
        onChange(plain === null ? next : Number(plain[0]));
      }}
    />
  );
}

export interface DurationInputProps {
  label: string;
  value: string | number | undefined;
  onChange(value: string | number | undefined): void;
  readOnly: boolean;
  placeholder?: string;
}

export function DurationInput({ label, value, onChange, readOnly, placeholder = 'none' }: DurationInputProps) {
  const text = value === undefined ? '' : String(value);
  const wrong =
    text !== '' &&
    text.split(',').some((one) => parseDuration(/^\d+$/.test(one.trim()) ? Number(one) : one.trim()) === null);
  return (
    <>
      <Input
        aria-label={label}
        aria-invalid={wrong || undefined}
        value={text}
        placeholder={placeholder}
        readOnly={readOnly}
        onChange={({ target }) => {
          const next = target.value;
          onChange(next === '' ? undefined : /^\d+$/.test(next) ? Number(next) : next);
        }}
      />
      {wrong && <p className="text-meta text-failed">A duration such as 250ms, 30s or 5m.</p>}
    </>
  );
}

export function Labelled({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span className="text-meta text-ink2">{text}</span>
      {children}
    </div>
  );
}
