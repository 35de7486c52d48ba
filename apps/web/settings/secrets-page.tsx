/** Owns the list of secrets. */
import { Screen } from '../app/screen.tsx';

export function SecretsPage() {
  return <Screen title="Secrets" crumbs={[{ label: 'Secrets' }]} />;
}
