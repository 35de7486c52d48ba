/** Owns the download of a few selected iterations as NDJSON. Whole loops and filters are streamed by the server. */
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { call, messageOf } from '../app/api.ts';
import { count } from '../ui/format.ts';
import { toast } from '../ui/toast.tsx';

const MOST = 300;
const AT_ONCE = 6;

export async function downloadSelected(run: Run, loop: Loop, selected: ReadonlySet<number>): Promise<void> {
  const indices = [...selected].sort((a, b) => a - b);
  if (indices.length > MOST) {
    toast(`At most ${count(MOST)} at once. For more, download what a filter shows.`);
    return;
  }
  try {
    const lines: string[] = [];
    for (let from = 0; from < indices.length; from += AT_ONCE) {
      const part = await Promise.all(
        indices.slice(from, from + AT_ONCE).map((index) =>
          call('GET /runs/{id}/loops/{path}/iterations/{index}', {
            params: { id: run.id, path: loop.path, index },
            query: {},
          }),
        ),
      );
      for (const { index, status, input, output, failure } of part) {
        lines.push(
          JSON.stringify({ index, status, input, output, ...(failure === null ? {} : { error: failure.message }) }),
        );
      }
    }
    save(`${run.id}-${loop.node}-selected.ndjson`, `${lines.join('\n')}\n`);
  } catch (error) {
    toast(messageOf(error));
  }
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
