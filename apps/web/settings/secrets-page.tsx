/** Owns secrets: their names, where they may be sent, who uses them. Values go in and never come back. */
import type { Secret } from '@rondo/api/schemas/account.ts';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { Screen } from '../app/screen.tsx';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { classes } from '../ui/classes.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { count } from '../ui/format.ts';
import { When } from '../ui/time.tsx';
import { SecretForm } from './secret-form.tsx';
import { TestSecret, Verdict } from './secret-test.tsx';

const COLUMNS =
  'grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_150px_72px_136px_172px] items-center gap-3.5 pr-2 pl-4';

export function SecretsPage() {
  const { data, error, refetch } = useApi('GET /secrets', {});
  const mayWrite = useMay('secret:write');
  const [editing, setEditing] = useState<Secret | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Secret | null>(null);
  const [testing, setTesting] = useState<Secret | null>(null);
  const secrets = data?.secrets ?? null;
  return (
    <Screen
      title="Secrets"
      crumbs={[{ label: 'Secrets' }]}
      actions={
        <Button
          kind="primary"
          icon={<Plus size={16} strokeWidth={1.5} aria-hidden />}
          onClick={() => setEditing('new')}
          unless={mayWrite.why}
        >
          New secret
        </Button>
      }
    >
      <div className="mx-auto max-w-[1200px] px-8 pt-5 pb-8">
        <p className="mb-4 max-w-[640px] text-ink2">
          A secret is read only where a request leaves the server, and only for the hosts that it names. Workflows hold
          its name, never its value.
        </p>
        {error !== null && (
          <Empty
            title="The secrets could not be read."
            action={<Button onClick={() => void refetch()}>Try again</Button>}
          >
            {messageOf(error)}
          </Empty>
        )}
        {secrets !== null && secrets.length === 0 && (
          <Empty title="There is no secret yet.">
            Keys and passwords that nodes send belong here: the key of a model, the password of a mail server.
          </Empty>
        )}
        {secrets !== null && secrets.length > 0 && (
          <div role="table" aria-label="Secrets" className="overflow-hidden rounded-card border border-line bg-surface">
            <div role="row" className={classes(COLUMNS, 'h-8 bg-sunken text-meta text-ink3')}>
              <span role="columnheader">Name</span>
              <span role="columnheader">May be sent to</span>
              <span role="columnheader">Used by</span>
              <span role="columnheader">Value</span>
              <span role="columnheader">Last used</span>
              <span role="columnheader">Tested</span>
              <span role="columnheader" className="sr-only">
                Change it
              </span>
            </div>
            {secrets.map((secret) => (
              <Row
                key={secret.name}
                secret={secret}
                unless={mayWrite.why}
                onEdit={() => setEditing(secret)}
                onDelete={() => setDeleting(secret)}
                onTest={() => setTesting(secret)}
              />
            ))}
          </div>
        )}
      </div>
      {editing !== null && <SecretForm secret={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {testing !== null && <TestSecret secret={testing} onClose={() => setTesting(null)} />}
      {deleting !== null && <DeleteSecret secret={deleting} onClose={() => setDeleting(null)} />}
    </Screen>
  );
}

interface RowProps {
  secret: Secret;
  unless: string;
  onEdit(): void;
  onDelete(): void;
  onTest(): void;
}

function Row({ secret, unless, onEdit, onDelete, onTest }: RowProps) {
  const { name, hosts, usedBy, ending, changedAt, usedAt, tested } = secret;
  return (
    <div role="row" className={classes(COLUMNS, 'min-h-11 border-t border-line py-1.5')}>
      <span role="cell" className="flex min-w-0 items-center gap-2 font-semibold">
        <KeyRound size={14} strokeWidth={1.5} aria-hidden className="flex-none text-ink3" />
        <span className="cut">{name}</span>
      </span>
      <span role="cell" className="cut text-ink2" title={hosts.join(', ')}>
        {hosts.length === 0 ? 'any host' : hosts.join(', ')}
      </span>
      <span role="cell" className="cut">
        {usedBy.length === 0 ? (
          <span className="text-ink3">no workflow</span>
        ) : (
          usedBy.map((workflow, at) => (
            <span key={workflow.id}>
              {at > 0 && ', '}
              <Link
                href={addressOfPlace.workflow(workflow.id)}
                className="underline decoration-line2 underline-offset-3"
              >
                {workflow.name}
              </Link>
            </span>
          ))
        )}
      </span>
      <span role="cell" className="text-meta text-ink3">
        set <When at={changedAt} />
        {ending !== '' && `, ends in …${ending}`}
      </span>
      <span role="cell" className="text-meta text-ink3">
        {usedAt === null ? 'never' : <When at={usedAt} as="relative" />}
      </span>
      <span role="cell" className="flex items-center gap-1.5 text-meta text-ink3" title={tested?.called}>
        {tested === null ? (
          'never'
        ) : (
          <>
            <Verdict verdict={tested.verdict} /> <When at={tested.at} />
          </>
        )}
      </span>
      <span role="cell" className="flex justify-end">
        <Button small kind="ghost" onClick={onTest} unless={unless} aria-label={`Test ${name}`}>
          Test
        </Button>
        <Button small kind="ghost" onClick={onEdit} unless={unless} aria-label={`Change ${name}`}>
          Change
        </Button>
        <Button small kind="ghost" onClick={onDelete} unless={unless} aria-label={`Delete ${name}`}>
          Delete
        </Button>
      </span>
    </div>
  );
}

function DeleteSecret({ secret: { name, usedBy }, onClose }: { secret: Secret; onClose(): void }) {
  const remove = useSend('DELETE /secrets/{name}', { changes: ['GET /secrets'], onSuccess: onClose });
  return (
    <Dialog
      title={`Delete ${name}?`}
      description={
        usedBy.length === 0
          ? 'No workflow uses it.'
          : `${count(usedBy.length)} ${usedBy.length === 1 ? 'workflow uses it and would fail' : 'workflows use it and would fail'}:`
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate({ params: { name } })}>
            Delete {name}
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap gap-1.5">
        {usedBy.map((workflow) => (
          <Chip key={workflow.id}>{workflow.name}</Chip>
        ))}
      </div>
      {remove.error !== null && (
        <p role="alert" className="mt-2 text-failed">
          {messageOf(remove.error)}
        </p>
      )}
    </Dialog>
  );
}
