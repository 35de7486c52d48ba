/** Owns the list of keys of the screen that is shown. */
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from '../ui/keys.tsx';
import { useKeyGroups } from './keys.ts';

export function KeysDialog({ onClose }: { onClose(): void }) {
  const groups = useKeyGroups((state) => state.groups);
  return (
    <Dialog title="Keys of this screen" onClose={onClose}>
      {groups.map((group) => (
        <section key={group.where} className="mb-4">
          <h3 className="mb-1 text-meta text-ink3">{group.where.charAt(0).toUpperCase() + group.where.slice(1)}</h3>
          <dl>
            {group.keys.map((key) => (
              <div key={key.keys} className="flex h-[29px] items-center justify-between gap-4">
                <dt>{key.does}</dt>
                <dd>
                  <Keys keys={key.keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
