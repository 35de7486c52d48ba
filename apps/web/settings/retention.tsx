/** Owns the tab Retention: how long runs are kept, and what that does to those that are there. */
import { useApi } from '../app/api.ts';
import { count, counted, duration } from '../ui/format.ts';
import { When } from '../ui/time.tsx';
import { Section, SettingRow } from './section.tsx';
import { SettingsOf } from './setting-rows.tsx';

/** The server counts no further. */
const MOST_COUNTED = 1_000;

export function Retention() {
  return (
    <>
      <SettingsOf group="retention">
        Runs that have ended are deleted when their time is over: with their iterations and steps. Those that run or
        wait stay.
      </SettingsOf>
      <Effect />
    </>
  );
}

function Effect() {
  const { data } = useApi('GET /retention', {});
  if (data === undefined) return null;
  const { due, oldestEndedAt, everyMs, last } = data;
  return (
    <Section title="What it does">
      <SettingRow title="Oldest run that is kept" help="Of those that have ended.">
        {oldestEndedAt === null ? <span className="text-ink3">none</span> : <When at={oldestEndedAt} />}
      </SettingRow>
      <SettingRow title="Goes with the next round" help={`The server looks every ${duration(everyMs)}.`}>
        <span>{due >= MOST_COUNTED ? `${count(due)} runs or more` : due === 0 ? 'nothing' : counted(due, 'run')}</span>
      </SettingRow>
      <SettingRow title="Last round" help="Since the server was started.">
        {last === null ? (
          <span className="text-ink3">none yet</span>
        ) : (
          <span>
            <When at={last.at} />,{' '}
            {last.deleted === 0 ? 'nothing was deleted' : `${counted(last.deleted, 'run')} deleted`}
          </span>
        )}
      </SettingRow>
    </Section>
  );
}
