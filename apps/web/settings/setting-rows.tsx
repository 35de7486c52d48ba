/**
 * Owns the settings of the server, a group a tab: each with its default in words and where its value comes from. A
 * change is saved beside it. What a flag or the environment fixes is read-only and says so.
 */
import type { Setting } from '@rondo/api/schemas/account.ts';
import { type ReactNode, useState } from 'react';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Input, Switch } from '../ui/input.tsx';
import { Section, SettingRow } from './section.tsx';

export function SettingsOf({ group, children }: { group: string; children?: ReactNode }) {
  const { data, error, refetch } = useApi('GET /settings', {});
  const settings = data?.settings.filter((one) => groupOf(one.name) === group);
  if (error !== null) {
    return (
      <Empty title="The settings could not be read." action={<Button onClick={() => void refetch()}>Try again</Button>}>
        {messageOf(error)}
      </Empty>
    );
  }
  return (
    <>
      {children !== undefined && <p className="mb-4 text-ink2">{children}</p>}
      {settings?.length === 0 && <p className="text-ink3">There is nothing to set here.</p>}
      {settings !== undefined && settings.length > 0 && (
        <Section title={TITLES[group] ?? 'Settings'}>
          {settings.map((setting) => (
            <Row key={setting.name} setting={setting} />
          ))}
        </Section>
      )}
    </>
  );
}

/** The tab of a setting; one that a newer server has is in General. */
const GROUPS: Record<string, string> = {
  runners: 'limits',
  runs: 'limits',
  egressAllow: 'limits',
  hostParallel: 'limits',
  hostRate: 'limits',
  hostLimits: 'limits',
  keepRuns: 'retention',
  keepFailedRuns: 'retention',
  suggestUrl: 'models',
  suggestModel: 'models',
  suggestSecret: 'models',
  data: 'database',
  database: 'database',
};

function groupOf(name: string): string {
  return GROUPS[name] ?? 'general';
}

const TITLES: Record<string, string> = {
  general: 'Server',
  limits: 'Limits',
  retention: 'Retention',
  database: 'Database',
  models: 'Suggestions',
};

const FROM: Record<Setting['from'], string> = {
  flag: 'A flag of the command that started the server sets it, so it cannot be changed here.',
  environment: 'An environment variable sets it, so it cannot be changed here.',
  file: 'rondo.config.json sets it, so it cannot be changed here.',
  here: 'Set here.',
  default: '',
};

function Row({ setting }: { setting: Setting }) {
  const { name, title, description, type, from, fixed } = setting;
  const put = useSend('PUT /settings/{name}', { changes: ['GET /settings'], onSuccess: () => setTyped(null) });
  const [typed, setTyped] = useState<string | null>(null);
  const set = (value: unknown): void => put.mutate({ params: { name }, body: { value } });
  const shown = typed ?? textOf(setting.value);
  const where = fixed && from === 'default' ? 'It is set where the server is started.' : FROM[from];
  return (
    <SettingRow
      title={<label htmlFor={name}>{title}</label>}
      help={`${description} ${defaultWords(setting.default)}`}
      {...(where === '' && put.error === null
        ? {}
        : {
            from: put.error === null ? where : <span className="text-failed">{messageOf(put.error)}</span>,
          })}
    >
      {type === 'boolean' ? (
        <Switch
          id={name}
          label={title}
          checked={setting.value === true}
          disabled={fixed || put.isPending}
          onChange={set}
        />
      ) : (
        <form
          className="flex w-full items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed !== null) set(typed.trim() === '' ? setting.default : valueOf(typed, type));
          }}
        >
          <Input
            id={name}
            value={shown}
            disabled={fixed}
            inputMode={type === 'number' ? 'decimal' : undefined}
            placeholder={setting.default === null ? 'not set' : textOf(setting.default)}
            onChange={(event) => setTyped(event.target.value)}
          />
          {typed !== null && typed !== textOf(setting.value) && (
            <Button small kind="primary" type="submit" busy={put.isPending}>
              Save
            </Button>
          )}
        </form>
      )}
      {from === 'here' && !fixed && typed === null && (
        <Button small kind="ghost" onClick={() => set(setting.default)} busy={put.isPending}>
          Put back
        </Button>
      )}
    </SettingRow>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function defaultWords(value: unknown): string {
  const text = textOf(value);
  return `Default: ${text === '' ? 'none' : text}.`;
}

function valueOf(text: string, type: Setting['type']): unknown {
  const trimmed = text.trim();
  if (type === 'number') return Number(trimmed.replace(',', '.'));
  if (type === 'list') return trimmed.split(/\s*,\s*/).filter((part) => part !== '');
  return trimmed;
}
