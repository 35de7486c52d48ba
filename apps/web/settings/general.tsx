/** Owns the tab General: what this browser remembers, the own sessions, the settings of the server. */
import { setTheme, type Theme, usePreferences } from '../app/preferences.ts';
import { useApi, useSend } from '../app/api.ts';
import { signOut, useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { absoluteTime, count } from '../ui/format.ts';
import { Switch } from '../ui/input.tsx';
import { Segments } from '../ui/segments.tsx';
import { When } from '../ui/time.tsx';
import { Account } from './account.tsx';
import { Section, SettingRow } from './section.tsx';
import { SettingsOf } from './setting-rows.tsx';

export function General() {
  const { theme, letters } = usePreferences();
  const mayAdmin = useMay('admin');
  const now = Date.now();
  return (
    <>
      <Section title="This browser">
        <SettingRow title="Theme" help="Default: as the system has it.">
          <Segments<Theme>
            label="Theme"
            value={theme}
            onChange={setTheme}
            options={[
              { value: 'system', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </SettingRow>
        <SettingRow title="Single-letter keys" help="Such as N for the next failed iteration. Default: on.">
          <Switch
            label="Single-letter keys"
            checked={letters}
            onChange={(checked) => usePreferences.setState({ letters: checked })}
          />
        </SettingRow>
        <SettingRow title="Numbers and dates" help="They follow the language of the browser.">
          <span className="text-meta text-ink2">
            {count(1_234_567)} · {absoluteTime(now)}
          </span>
        </SettingRow>
      </Section>
      <Account />
      <Sessions />
      {mayAdmin.allowed && <SettingsOf group="general" />}
    </>
  );
}

function Sessions() {
  const { data } = useApi('GET /sessions', {});
  const end = useSend('DELETE /sessions/{id}', { changes: ['GET /sessions'] });
  if (data === undefined) return null;
  return (
    <Section title="Where you are signed in">
      {data.sessions.map((session) => (
        <SettingRow
          key={session.id}
          title={agentWords(session.agent)}
          help={
            <>
              {session.address}, since <When at={session.createdAt} />, last seen{' '}
              <When at={session.seenAt} as="relative" />
            </>
          }
        >
          {session.current ? (
            <Button small onClick={() => void signOut()}>
              Sign out here
            </Button>
          ) : (
            <Button small onClick={() => end.mutate({ params: { id: session.id } })} busy={end.isPending}>
              End this session
            </Button>
          )}
        </SettingRow>
      ))}
    </Section>
  );
}

const BROWSERS = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const;
const SYSTEMS = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
] as const;

/** What a browser says of itself, in three words; anything else as it is. */
function agentWords(agent: string): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1];
  if (browser === undefined || system === undefined) return agent === '' ? 'Unknown' : agent.slice(0, 80);
  return `${browser} on ${system}`;
}
