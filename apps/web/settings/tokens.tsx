/** Owns the tab Tokens: for machines. A token is shown once; what it may do is said in sentences. */
import { Copy, Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { TOKEN_SCOPES } from '@rondo/api/access.ts';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy.ts';
import { Dialog } from '../ui/dialog.tsx';
import { counted } from '../ui/format.ts';
import { Checkbox, Field, Select, TextField } from '../ui/input.tsx';
import { When } from '../ui/time.tsx';
import { Section, SettingRow } from './section.tsx';

type TokenScope = (typeof TOKEN_SCOPES)[number];

const SENTENCES: Record<TokenScope, string> = {
  'workflow:read': 'See workflows and node types',
  'workflow:write': 'Change workflows',
  'run:start': 'Start, cancel, pause and re-run',
  'run:read': 'See runs, iterations and their data',
  'secret:use': 'See names of secrets and let workflows use them',
  'secret:write': 'Set and delete secrets',
  admin: 'Change people, tokens and settings',
};

const DAY = 86_400_000;
const ALL = '';
const MOST_WORKFLOWS = 500;
const LIVES = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'One year'],
  ['0', 'No end'],
] as const;

export function Tokens() {
  const { data, error } = useApi('GET /tokens', {});
  const remove = useSend('DELETE /tokens/{id}', { changes: ['GET /tokens'] });
  const [isNew, setNew] = useState(false);
  return (
    <>
      <Section
        title="Tokens"
        action={
          <Button small icon={<Plus size={14} strokeWidth={1.5} aria-hidden />} onClick={() => setNew(true)}>
            New token
          </Button>
        }
      >
        {error !== null && <p className="px-4 py-3 text-failed">{messageOf(error)}</p>}
        {data?.tokens.length === 0 && (
          <p className="px-4 py-3 text-ink2">
            None yet. A token lets a program call the API as “Authorization: Bearer …”.
          </p>
        )}
        {data?.tokens.map((token) => (
          <SettingRow
            key={token.id}
            title={token.name}
            help={token.scopes.map((scope) => SENTENCES[scope as TokenScope]).join('. ')}
            from={
              <>
                {token.workflows.length > 0 && `${counted(token.workflows.length, 'workflow')} only. `}
                By {token.createdBy}, <When at={token.createdAt} />.{' '}
                {token.usedAt === null ? (
                  'Never used'
                ) : (
                  <>
                    Used <When at={token.usedAt} as="relative" />
                  </>
                )}
                .{' '}
                {token.expiresAt === null ? (
                  'No end.'
                ) : (
                  <>
                    Ends <When at={token.expiresAt} as="relative" />.
                  </>
                )}
              </>
            }
          >
            <Button
              small
              kind="danger"
              busy={remove.isPending}
              onClick={() => remove.mutate({ params: { id: token.id } })}
              aria-label={`Revoke ${token.name}`}
            >
              Revoke
            </Button>
          </SettingRow>
        ))}
      </Section>
      {isNew && <NewToken onClose={() => setNew(false)} />}
    </>
  );
}

function NewToken({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['run:start', 'run:read']);
  const [days, setDays] = useState('90');
  const [workflow, setWorkflow] = useState(ALL);
  const { data: known } = useApi('GET /workflows', { query: { limit: MOST_WORKFLOWS } });
  const places = (known?.items ?? []).map(({ id, name: title }) => [id, `only ${title}`] as const);
  const create = useSend('POST /tokens', { changes: ['GET /tokens'] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const expiresAt = days === '0' ? null : Date.now() + Number(days) * DAY;
    create.mutate({
      body: { name: name.trim(), scopes: [...scopes], expiresAt, workflows: workflow === ALL ? [] : [workflow] },
    });
  };
  if (create.data !== undefined) {
    const { secret } = create.data;
    return (
      <Dialog
        title={`The token ${create.data.name}`}
        description="It is shown this once. Copy it now."
        onClose={onClose}
        actions={<Button onClick={onClose}>Close</Button>}
      >
        <div className="flex items-center gap-2">
          <code className="min-w-0 flex-1 rounded-control border border-line bg-sunken px-2.5 py-1.5 text-meta break-all">
            {secret}
          </code>
          <Button
            icon={<Copy size={16} strokeWidth={1.5} aria-hidden />}
            onClick={() => void copyText(secret, 'The token')}
          >
            Copy
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New token" description="For a program that calls the API." onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={100}
          help="What uses it: Nightly build."
        />
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 text-meta font-semibold text-ink2">It may</legend>
          {TOKEN_SCOPES.map((scope) => (
            <Checkbox
              key={scope}
              shown
              label={SENTENCES[scope]}
              checked={scopes.includes(scope)}
              onChange={(on) =>
                setScopes((before) => (on ? [...before, scope] : before.filter((one) => one !== scope)))
              }
            />
          ))}
        </fieldset>
        <Field
          label="It reaches"
          help="One that reaches a single workflow can see, change and run that one, and nothing else. Clients of Dify's API need such a one."
        >
          {(ids) => (
            <Select
              id={ids.id}
              value={workflow}
              onChange={setWorkflow}
              options={[[ALL, 'all workflows'] as const, ...places]}
            />
          )}
        </Field>
        <Field label="It ends after">
          {(ids) => <Select id={ids.id} value={days} onChange={setDays} options={LIVES} />}
        </Field>
        {create.error !== null && (
          <p role="alert" className="text-failed">
            {messageOf(create.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button
            kind="primary"
            type="submit"
            busy={create.isPending}
            unless={name.trim() === '' ? 'It needs a name.' : scopes.length === 0 ? 'It may do nothing yet.' : ''}
          >
            Make the token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
