/** Owns the legend of a Score: what its cells mean, by shape, word and colour. */
import { StatusShape } from '../ui/status.tsx';

export function Legend({ inFlight }: { inFlight: boolean }) {
  return (
    <ul className="flex items-center gap-3.5 text-meta whitespace-nowrap text-ink2">
      <li className="flex items-center gap-1.5">
        <span aria-hidden className="size-[9px] bg-cell-completed" />
        completed
      </li>
      <li className="flex items-center gap-1.5">
        <StatusShape status="failed" size={11} className="text-failed" />
        failed
      </li>
      {inFlight && (
        <li className="flex items-center gap-1.5">
          <span aria-hidden className="h-3 w-[3px] bg-cell-in-flight" />
          in flight
        </li>
      )}
      <li className="flex items-center gap-1.5">
        <span aria-hidden className="size-[9px] bg-cell-not-started outline outline-line" />
        not started
      </li>
    </ul>
  );
}
