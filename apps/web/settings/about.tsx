/** Owns the tab About: what this is, where its parts are documented. */
import { RepeatSign } from '../ui/mark.tsx';
import { Section, SettingRow } from './section.tsx';

const LINK = 'underline decoration-line2 underline-offset-3';

export function About() {
  return (
    <>
      <p className="mb-4 flex items-center gap-2 text-ink2">
        <RepeatSign /> Rondo does the same work for every element of a list, and shows what became of each.
      </p>
      <Section title="About">
        <SettingRow title="API" help="Everything that the studio does, programs can do.">
          <a href="/api/v1/openapi.json" target="_blank" rel="noopener" className={LINK}>
            OpenAPI 3.1
          </a>
        </SettingRow>
        <SettingRow title="State of the server" help="For checks by machines.">
          <a href="/readyz" target="_blank" rel="noopener" className={LINK}>
            /readyz
          </a>
        </SettingRow>
        <SettingRow title="Licence">
          <span>Apache-2.0</span>
        </SettingRow>
        <SettingRow title="Typeface" help="Geist and Geist Mono, under the SIL Open Font License.">
          <span className="font-mono text-meta">Geist</span>
        </SettingRow>
      </Section>
    </>
  );
}
