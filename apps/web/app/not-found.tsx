/** Owns what an address shows that leads nowhere. */
import { Link } from 'wouter';
import { Empty } from '../ui/empty.tsx';
import { Screen } from './screen.tsx';

export function NotFound() {
  return (
    <Screen title="Not found" crumbs={[{ label: 'Not found' }]}>
      <Empty title="There is nothing at this address.">
        It may have been deleted, or the link is not complete. <Link href="/">Home</Link> lists all workflows.
      </Empty>
    </Screen>
  );
}
