/** Owns making the owner of a new installation: name, password, done. The link of the first start brings the token. */
import { type FormEvent, useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { fieldErrorsOf, messageOf, useSend } from '../app/api.ts';
import { setMe } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/input.tsx';
import { StartCard } from './card.tsx';

const LEAST = 12;

export function SetUp({ token: inAddress }: { token: string }) {
  // The address forgets it below.
  const [given] = useState(inAddress);
  const [token, setToken] = useState(given);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const setUp = useSend('POST /setup', {
    onSuccess: (me) => {
      setMe({ ...me, setup: false });
      navigate('/', { replace: true });
    },
  });
  useEffect(() => {
    document.title = 'Set up · Rondo';
    // The token is used once; it need not stay in the history.
    if (given !== '') history.replaceState(null, '', '/setup');
  }, [given]);
  const short = password.length < LEAST ? `At least ${LEAST} characters; it has ${password.length}.` : undefined;
  const differs = again === password ? undefined : 'The two are not the same.';
  const fields = fieldErrorsOf(setUp.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (short === undefined && differs === undefined) setUp.mutate({ body: { token, name, password } });
  };
  return (
    <StartCard
      title="Make this yours"
      text="The first person here owns the installation and can add others later."
      error={setUp.error === null ? null : messageOf(setUp.error)}
      onSubmit={submit}
    >
      {given === '' && (
        <TextField
          label="Token"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
          error={fields['token']}
          help="From the link that the server printed at its first start."
        />
      )}
      <TextField
        label="Your name"
        name="username"
        autoComplete="username"
        autoFocus
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fields['name']}
      />
      <TextField
        label="Password"
        name="new-password"
        type="password"
        autoComplete="new-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={tried ? (short ?? fields['password']) : undefined}
        help={`At least ${LEAST} characters. A sentence is easier to keep than a code.`}
      />
      <TextField
        label="Password again"
        type="password"
        autoComplete="new-password"
        required
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        error={tried ? differs : undefined}
      />
      <Button kind="primary" type="submit" busy={setUp.isPending} className="self-end">
        Done
      </Button>
    </StartCard>
  );
}
