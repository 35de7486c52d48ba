/** Owns the editor: the canvas of one workflow, and the panel of a node over it. */
import { lazy, Suspense } from 'react';
import { addressOfPlace } from '../app/addresses.ts';
import { useApi } from '../app/api.ts';
import { Screen } from '../app/screen.tsx';
import { Empty } from '../ui/empty.tsx';

const NodePanel = lazy(async () => ({ default: (await import('../panel/node-panel.tsx')).NodePanel }));

export interface EditorPageProps {
  /** Its id. */
  workflow: string;
  /** The node whose panel is open; null: none. */
  node: string | null;
}

export function EditorPage({ workflow, node }: EditorPageProps) {
  const { data } = useApi('GET /workflows/{id}', { params: { id: workflow } });
  return (
    <Screen
      title={data?.name ?? 'Workflow'}
      crumbs={[{ label: 'Workflows', href: addressOfPlace.workflows() }, { label: data?.name ?? workflow }]}
      scroll="parts"
    >
      {data?.definition === null && <Empty title="The file cannot be read as a workflow." />}
      {node !== null && (
        <Suspense fallback={null}>
          <NodePanel workflow={workflow} node={node} />
        </Suspense>
      )}
    </Screen>
  );
}
