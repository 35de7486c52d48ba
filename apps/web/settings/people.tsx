/** Owns the tab People: who may use the studio, with which role, and what was done by whom. */
import type { Person } from '@rondo/api/schemas/account.ts';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ROLES, type Role } from '@rondo/api/access.ts';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, Select, TextField } from '../ui/input.tsx';
import { When } from '../ui/time.tsx';
import { Section, SettingRow } from './section.tsx';

type Given = Exclude<Role, 'owner'>;

const SENTENCES: Record<Role, string> = {
  viewer: 'sees everything but secrets',
  operator: 'starts, cancels and re-runs',
  editor: 'changes workflows',
  admin: 'changes everything',
  owner: 'changes everything, and stays',
};

const CHOICES = ROLES.filter((role): role is Given => role !== 'owner').map(
  (role) => [role, `${role}: ${SENTENCES[role]}`] as const,
);

export function People() {
  const { data, error } = useApi('GET /people', {});
  const [isNew, setNew] = useState(false);
  return (
    <>
      <Section
        title="People"
        action={
          <Button small icon={<Plus size={14} strokeWidth={1.5} aria-hidden />} onClick={() => setNew(true)}>
            Add somebody
          </Button>
        }
      >
        {error !== null && <p className="px-4 py-3 text-failed">{messageOf(error)}</p>}
        {data?.people.map((person) => (
          <PersonRow key={person.id} person={person} />
        ))}
      </Section>
      <Audit />
      {isNew && <NewPerson onClose={() => setNew(false)} />}
    </>
  );
}

function PersonRow({ person }: { person: Person }) {
  const update = useSend('PATCH /people/{id}', { changes: ['GET /people'] });
  const remove = useSend('DELETE /people/{id}', { changes: ['GET /people'] });
  const reset = useSend('DELETE /people/{id}/second-factor', { changes: ['GET /people'] });
  const [asking, setAsking] = useState<'remove' | 'reset' | null>(null);
  const error = update.error ?? remove.error ?? reset.error;
  const stop = (): void => setAsking(null);
  return (
    <SettingRow
      title={person.name}
      help={
        <>
          Since <When at={person.createdAt} />
          {person.seenAt === null ? (
            ', not seen yet'
          ) : (
            <>
              , last seen <When at={person.seenAt} as="relative" />
            </>
          )}
          {person.secondFactor && (
            <>
              {', with a second factor'}
              {person.role !== 'owner' && asking !== 'reset' && (
                <>
                  {' · '}
                  <button
                    type="button"
                    className="underline decoration-line2 underline-offset-3"
                    onClick={() => setAsking('reset')}
                  >
                    Reset it
                  </button>
                </>
              )}
            </>
          )}
        </>
      }
      {...(error === null ? {} : { from: <span className="text-failed">{messageOf(error)}</span> })}
    >
      {person.role === 'owner' ? (
        <span className="text-meta text-ink2">owner</span>
      ) : asking === 'reset' ? (
        <>
          <Button
            small
            kind="danger"
            onClick={() => reset.mutate({ params: { id: person.id } }, { onSuccess: stop })}
            busy={reset.isPending}
          >
            Reset the second factor
          </Button>
          <Button small kind="ghost" onClick={stop}>
            Keep
          </Button>
        </>
      ) : asking === 'remove' ? (
        <>
          <Button
            small
            kind="danger"
            onClick={() => remove.mutate({ params: { id: person.id } })}
            busy={remove.isPending}
          >
            Remove {person.name}
          </Button>
          <Button small kind="ghost" onClick={stop}>
            Keep
          </Button>
        </>
      ) : (
        <>
          <Select
            small
            label={`Role of ${person.name}`}
            value={person.role}
            onChange={(role) => update.mutate({ params: { id: person.id }, body: { role: role as Given } })}
            options={CHOICES.map(([role]) => [role, role] as const)}
          />
          <Button small kind="ghost" onClick={() => setAsking('remove')}>
            Remove
          </Button>
        </>
      )}
    </SettingRow>
  );
}

function NewPerson({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Given>('editor');
  const create = useSend('POST /people', { changes: ['GET /people'], onSuccess: onClose });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ body: { name, password, role } });
  };
  return (
    <Dialog title="Add somebody" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4" autoComplete="off">
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={100}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
          minLength={12}
          help="At least 12 characters. Tell it to them; they can be given another one here."
        />
        <Field label="Role">
          {(ids) => <Select id={ids.id} value={role} onChange={(value) => setRole(value as Given)} options={CHOICES} />}
        </Field>
        {create.error !== null && (
          <p role="alert" className="text-failed">
            {messageOf(create.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" busy={create.isPending}>
            Add {name.trim() === '' ? 'them' : name}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const MOST_AUDIT = 50;

function Audit() {
  const { data } = useApi('GET /audit', { query: { limit: MOST_AUDIT } });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Section title="What was done by whom">
      <ol className="py-1.5">
        {data.items.map((entry) => (
          <li
            key={entry.id}
            className="grid min-h-[29px] grid-cols-[64px_120px_160px_minmax(0,1fr)_auto] items-center gap-3 px-4"
          >
            <When at={entry.at} className="text-meta text-ink3" />
            <span className="cut">{entry.who}</span>
            <span className="cut font-mono text-meta text-ink2">{entry.action}</span>
            <span className="cut">{entry.object}</span>
            <span className="text-meta text-ink3">{entry.address}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
