/** Owns the own account in the tab General: the password, and the second factor with its recovery codes. */
import { Copy } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { messageOf, useApi, useSend } from '../app/api.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy.ts';
import { Dialog } from '../ui/dialog.tsx';
import { counted } from '../ui/format.ts';
import { TextField } from '../ui/input.tsx';
import { toast } from '../ui/toast.tsx';
import { Section, SettingRow } from './section.tsx';

type Open = 'password' | 'on' | 'off' | null;

export function Account() {
  const { data } = useApi('GET /me/second-factor', {});
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  return (
    <Section title="Your account">
      <SettingRow title="Password" help="Changing it signs you out everywhere else.">
        <Button small onClick={() => setOpen('password')}>
          Change password
        </Button>
      </SettingRow>
      <SettingRow
        title="Second factor"
        help={
          data?.on === true
            ? `Signing in asks for a code of your authenticator app. ${counted(data.codesLeft, 'recovery code')} left.`
            : 'Signing in also asks for a code that changes every half minute. Default: off.'
        }
      >
        {data !== undefined && (
          <Button small onClick={() => setOpen(data.on ? 'off' : 'on')}>
            {data.on ? 'Turn off' : 'Set up'}
          </Button>
        )}
      </SettingRow>
      {open === 'password' && <PasswordDialog onClose={close} />}
      {open === 'on' && <SetUpFactor onClose={close} />}
      {open === 'off' && <EndFactor onClose={close} />}
    </Section>
  );
}

interface FormDialogProps {
  title: string;
  description?: ReactNode;
  error: Error | null;
  busy: boolean;
  /** What the main button says. */
  action: string;
  onSubmit(): void;
  onClose(): void;
  children: ReactNode;
}

function FormDialog({ title, description, error, busy, action, onSubmit, onClose, children }: FormDialogProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog title={title} {...(description === undefined ? {} : { description })} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {children}
        {error !== null && (
          <p role="alert" className="text-failed">
            {messageOf(error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function CurrentPassword({ value, onChange }: { value: string; onChange(value: string): void }) {
  return (
    <TextField
      label="Current password"
      type="password"
      autoComplete="current-password"
      autoFocus
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function CodeField({ value, onChange, help }: { value: string; onChange(value: string): void; help: string }) {
  return (
    <TextField
      label="Code"
      autoComplete="one-time-code"
      inputMode="numeric"
      required
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      help={help}
    />
  );
}

function PasswordDialog({ onClose }: { onClose(): void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useSend('PUT /me/password', {
    changes: ['GET /sessions'],
    onSuccess: () => {
      toast('Your password is changed. Other places are signed out.');
      onClose();
    },
  });
  return (
    <FormDialog
      title="Change password"
      error={change.error}
      busy={change.isPending}
      action="Change password"
      onSubmit={() => change.mutate({ body: { current, password } })}
      onClose={onClose}
    >
      <CurrentPassword value={current} onChange={setCurrent} />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        help="At least 12 characters."
      />
    </FormDialog>
  );
}

function SetUpFactor({ onClose }: { onClose(): void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useSend('POST /me/second-factor');
  const confirm = useSend('PUT /me/second-factor', { changes: ['GET /me/second-factor', 'GET /sessions'] });
  if (confirm.data !== undefined) return <RecoveryCodes codes={confirm.data.codes} onClose={onClose} />;
  if (begin.data === undefined) {
    return (
      <FormDialog
        title="Set up a second factor"
        description="You need an authenticator app, on a telephone or in a password store."
        error={begin.error}
        busy={begin.isPending}
        action="Go on"
        onSubmit={() => begin.mutate({ body: { password } })}
        onClose={onClose}
      >
        <CurrentPassword value={password} onChange={setPassword} />
      </FormDialog>
    );
  }
  const { secret, link } = begin.data;
  return (
    <FormDialog
      title="Set up a second factor"
      description="Put this key into the app, then type the code that it shows."
      error={confirm.error}
      busy={confirm.isPending}
      action="Turn on"
      onSubmit={() => confirm.mutate({ body: { code } })}
      onClose={onClose}
    >
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-control border border-line bg-sunken px-2.5 py-1.5 text-meta">
          {secret.match(/.{1,4}/g)?.join(' ')}
        </code>
        <Button
          icon={<Copy size={16} strokeWidth={1.5} aria-hidden />}
          onClick={() => void copyText(secret, 'The key')}
        >
          Copy
        </Button>
      </div>
      <p className="text-meta text-ink3">
        A code that changes with time, six digits, every 30 seconds. With an app on this machine:{' '}
        <a href={link} className="underline decoration-line2 underline-offset-3">
          open it there
        </a>
        .
      </p>
      <CodeField value={code} onChange={setCode} help="Six digits." />
    </FormDialog>
  );
}

function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose(): void }) {
  const text = codes.join('\n');
  return (
    <Dialog
      title="The second factor is on"
      description="Each of these recovery codes works once in place of the app. They are shown this once: keep them where you keep your passwords."
      onClose={onClose}
      actions={
        <>
          <Button
            icon={<Copy size={16} strokeWidth={1.5} aria-hidden />}
            onClick={() => void copyText(text, 'The list')}
          >
            Copy
          </Button>
          <Button kind="primary" onClick={onClose}>
            I have them
          </Button>
        </>
      }
    >
      <ol className="grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-control border border-line bg-sunken p-3 font-mono text-meta">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
    </Dialog>
  );
}

function EndFactor({ onClose }: { onClose(): void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const end = useSend('POST /me/second-factor/off', { changes: ['GET /me/second-factor'], onSuccess: onClose });
  return (
    <FormDialog
      title="Turn the second factor off?"
      description="Then the password alone is enough."
      error={end.error}
      busy={end.isPending}
      action="Turn off"
      onSubmit={() => end.mutate({ body: { password, code } })}
      onClose={onClose}
    >
      <CurrentPassword value={password} onChange={setPassword} />
      <CodeField value={code} onChange={setCode} help="Of the app, or a recovery code." />
    </FormDialog>
  );
}
