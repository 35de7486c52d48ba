/** Owns trying a secret: the call that was made, what came of it; where none is known, the address to call. */
import type { Secret, SecretTest } from '@rondo/api/schemas/account.ts';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError, messageOf, useSend } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/input.tsx';
import { StatusShape } from '../ui/status.tsx';

const WORDS: Record<SecretTest['verdict'], string> = {
  accepted: 'accepted',
  refused: 'refused',
  unclear: 'sent, not clear',
  unreachable: 'not sent',
};

export function Verdict({ verdict }: Pick<SecretTest, 'verdict'>) {
  const isWrong = verdict === 'refused';
  const shape = verdict === 'accepted' ? 'completed' : isWrong ? 'failed' : 'skipped';
  return (
    <span className={isWrong ? 'inline-flex items-center gap-1.5 text-failed' : 'inline-flex items-center gap-1.5'}>
      <StatusShape status={shape} />
      {WORDS[verdict]}
    </span>
  );
}

export function TestSecret({ secret: { name }, onClose }: { secret: Secret; onClose(): void }) {
  const [url, setUrl] = useState('');
  const test = useSend('POST /secrets/{name}/test', { changes: ['GET /secrets'] });
  const { mutate, data, error, isPending } = test;
  // Opening the dialog is asking for it.
  useEffect(() => mutate({ params: { name }, body: {} }), [mutate, name]);
  const needsAddress =
    error instanceof ApiError && (error.code === 'address-needed' || error.code === 'address-invalid');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate({ params: { name }, body: { url } });
  };
  return (
    <Dialog title={`Test ${name}`} onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <div aria-live="polite" className="flex flex-col gap-3">
        {isPending && <p className="text-ink3">Calling…</p>}
        {data !== undefined && (
          <>
            <p className="font-semibold">
              <Verdict verdict={data.verdict} />
            </p>
            <p>{data.detail}</p>
            <p className="font-mono text-meta break-all text-ink2">{data.called}</p>
          </>
        )}
        {error !== null && !needsAddress && (
          <p role="alert" className="text-failed">
            {messageOf(error)}
          </p>
        )}
      </div>
      {needsAddress && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label="Address"
            type="url"
            required
            autoFocus
            value={url}
            onChange={(event) => setUrl(event.target.value)}
            placeholder="https://api.example.org/me"
            help={messageOf(error)}
            spellCheck={false}
          />
          <Button kind="primary" type="submit" busy={isPending} className="self-end">
            Send it there
          </Button>
        </form>
      )}
    </Dialog>
  );
}
