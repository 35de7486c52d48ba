/** Owns the settings: tabs at the left, a form at the right. */
import { Screen } from '../app/screen.tsx';

export function SettingsPage({ tab }: { tab: string }) {
  return <Screen title="Settings" crumbs={[{ label: 'Settings' }, { label: tab }]} />;
}
