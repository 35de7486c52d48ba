/** Owns how a key is shown. */
import { shown } from '../app/keys.ts';
import { classes } from './classes.ts';

export function Keys({ keys, inherit = false }: { keys: string; inherit?: boolean }) {
  return (
    <kbd
      className={classes(
        'rounded-[4px] border border-b-2 px-1 text-[11px] leading-4 font-medium whitespace-nowrap',
        inherit ? 'border-current opacity-90' : 'border-line2 bg-surface text-ink3',
      )}
    >
      {shown(keys)}
    </kbd>
  );
}
