/** Owns the tab Models: the one for suggestions, and where those of nodes are set. */
import { addressOfPlace } from '../app/addresses.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Section, SettingRow } from './section.tsx';
import { SettingsOf } from './setting-rows.tsx';

export function Models() {
  return (
    <>
      <SettingsOf group="models">
        With a model, the node panel offers to propose the list that a loop goes through. It is told names, types and
        lengths of the data; values only where the person who asks allows it each time.
      </SettingsOf>
      <Section title="Models of nodes">
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
    </>
  );
}
