/** Owns templates as they are offered: a tile each, with its loop. Choosing one saves it and opens it. */
import { useMay } from '../app/session.ts';
import { classes } from '../ui/classes.ts';
import { LoopBadge } from '../ui/loop-badge.tsx';
import { TEMPLATES } from './template-list.ts';
import { useCreate } from './use-create.ts';

/** Beside the workflows, while there are few. */
export function Templates() {
  return (
    <section aria-labelledby="templates" className="not-first:mt-[22px]">
      <h2 id="templates" className="text-section">
        Begin with one of these
      </h2>
      <p className="mt-0.5 text-meta text-ink3">Each has sample data and runs at once.</p>
      <TemplateTiles className="mt-2.5 grid-cols-1" />
    </section>
  );
}

export function TemplateTiles({ className }: { className?: string }) {
  const { create, busy, error } = useCreate();
  const mayWrite = useMay('workflow:write');
  const off = busy || !mayWrite.allowed;
  return (
    <>
      <ul className={classes('grid gap-2', className)}>
        {TEMPLATES.map(({ name, says, loop, text }) => (
          <li key={name}>
            <button
              type="button"
              aria-disabled={off || undefined}
              title={mayWrite.why}
              onClick={() => !off && create(text)}
              className="flex h-full w-full flex-col items-start gap-1 rounded-card border border-line bg-surface px-3.5 py-2.5 text-left hover:border-line2 hover:bg-hover"
            >
              <span className="font-semibold">{name}</span>
              <span className="text-meta text-ink2">{says}</span>
              <LoopBadge count={loop} />
            </button>
          </li>
        ))}
      </ul>
      {error !== null && (
        <p role="alert" className="mt-2 text-failed">
          {error}
        </p>
      )}
    </>
  );
}
