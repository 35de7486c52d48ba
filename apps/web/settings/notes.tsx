/** Owns the tabs that have nothing to set yet, and say where it is set instead: models, retention. */
import { addressOfPlace } from '../app/addresses.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Section, SettingRow } from './section.tsx';

export function Models() {
  return (
    <Section title="Models">
      <SettingRow
        title="Where a model is"
        help="Each node that asks a model has its base URL and its name, so that several can be used side by side. Any server with the interface of OpenAI fits, one on this machine, too."
      >
        <ButtonLink small href={addressOfPlace.workflows()}>
          Workflows
        </ButtonLink>
      </SettingRow>
      <SettingRow title="Its key" help="A secret, named in the node. Say there to which host it may be sent.">
        <ButtonLink small href={addressOfPlace.secrets()}>
          Secrets
        </ButtonLink>
      </SettingRow>
    </Section>
  );
}

export function Retention() {
  return (
    <Section title="Retention">
      <SettingRow
        title="Runs"
        help="They stay, with every iteration and the steps inside, until somebody deletes them. Default: nothing is deleted by itself."
      >
        <ButtonLink small href={addressOfPlace.runs()}>
          Runs
        </ButtonLink>
      </SettingRow>
    </Section>
  );
}
