/** Owns the sign of what a version changed at a node: + − ~. */
import { classes } from '../../ui/classes.ts';
import { useView } from './view.ts';

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

export function Mark({ id }: { id: string }) {
  const difference = useView((view) => view.differences.get(id));
  if (difference === undefined) return null;
  return (
    <span
      className={classes(
        'absolute -top-2.5 -left-2.5 grid size-5 place-items-center rounded-full border border-ink bg-surface text-[13px] leading-none font-semibold text-ink',
        difference.kind === 'removed' && 'border-dashed',
      )}
      title={difference.kind}
    >
      <span aria-hidden>{SIGNS[difference.kind]}</span>
      <span className="sr-only">{difference.kind}</span>
    </span>
  );
}
