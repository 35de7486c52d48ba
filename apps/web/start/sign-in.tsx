/** Owns signing in. Who it is decides the server; the page of the address comes back by itself. */
import { type FormEvent, useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { ApiError, messageOf, queryClient, useSend } from '../app/api.ts';
import { setMe } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/input.tsx';
import { StartCard } from './card.tsx';

export function SignIn() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  /** Null: nobody asked for one. */
  const [code, setCode] = useState<string | null>(null);
  const signIn = useSend('POST /session', {
    onError: (error) => {
      if (isCodeNeeded(error)) setCode('');
    },
    onSuccess: (me) => {
      queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'GET /me' });
      setMe(me);
      if (location.pathname === '/sign-in') navigate('/', { replace: true });
    },
  });
  useEffect(() => {
    document.title = 'Sign in · Rondo';
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate({ body: { name, password, ...(code === null ? {} : { code }) } });
  };
  const error = signIn.error === null || isCodeNeeded(signIn.error) ? null : messageOf(signIn.error);
  return (
    <StartCard title="Sign in" error={error} onSubmit={submit}>
      <TextField
        label="Name"
        name="username"
        autoComplete="username"
        autoFocus
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {code !== null && (
        <TextField
          label="Code"
          name="code"
          autoComplete="one-time-code"
          inputMode="numeric"
          autoFocus
          required
          minLength={6}
          maxLength={40}
          spellCheck={false}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          help="Of your authenticator app. A recovery code does, too."
        />
      )}
      <Button kind="primary" type="submit" busy={signIn.isPending} className="self-end">
        Sign in
      </Button>
    </StartCard>
  );
}

/** The password was right. */
function isCodeNeeded(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'code-needed';
}
