/** Owns setting a secret: a new one, another value, other hosts. The field is never filled with what is there. */
import { SECRET_NAME } from '@rondo/core/model/secret-name.ts';
import type { Secret } from '@rondo/api/schemas/account.ts';
import { type FormEvent, useState } from 'react';
import { messageOf, useSend } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { shortTime } from '../ui/format.ts';
import { TextField } from '../ui/input.tsx';

export function SecretForm({ secret, onClose }: { secret: Secret | null; onClose(): void }) {
  const [name, setName] = useState(secret?.name ?? '');
  const [value, setValue] = useState('');
  const [hosts, setHosts] = useState(secret?.hosts.join(', ') ?? '');
  const [tried, setTried] = useState(false);
  const put = useSend('PUT /secrets/{name}', { changes: ['GET /secrets'], onSuccess: onClose });
  const nameError = SECRET_NAME.test(name)
    ? undefined
    : '1 to 128 characters: no =, no brackets, no space at the ends.';
  const valueError = secret === null && value === '' ? 'A new secret needs a value.' : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (nameError !== undefined || valueError !== undefined) return;
    const list = hosts.split(/[\s,]+/).filter((host) => host !== '');
    put.mutate({ params: { name }, body: { hosts: list, ...(value === '' ? {} : { value }) } });
  };
  return (
    <Dialog title={secret === null ? 'New secret' : `Change ${secret.name}`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4" autoComplete="off">
        <TextField
          label="Name"
          value={name}
          readOnly={secret !== null}
          autoFocus={secret === null}
          onChange={(event) => setName(event.target.value)}
          error={tried ? nameError : undefined}
          help="Nodes choose it by this name."
          spellCheck={false}
        />
        <TextField
          label="Value"
          type="password"
          autoComplete="new-password"
          autoFocus={secret !== null}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          error={tried ? valueError : undefined}
          help={
            secret === null
              ? 'It can be replaced later, and is never shown again.'
              : `Set ${shortTime(secret.changedAt, Date.now())}${secret.ending === '' ? '' : `, ends in …${secret.ending}`}. Left empty, it stays as it is.`
          }
        />
        <TextField
          label="May be sent to"
          value={hosts}
          onChange={(event) => setHosts(event.target.value)}
          placeholder="api.example.org, *.example.com"
          help="Hosts, with commas between them. Empty: any host."
          spellCheck={false}
        />
        {put.error !== null && (
          <p role="alert" className="text-failed">
            {messageOf(put.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" busy={put.isPending}>
            {secret === null ? 'Save the secret' : 'Save the change'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
