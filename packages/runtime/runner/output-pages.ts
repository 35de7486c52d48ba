/**
 * Owns reading the outputs of a loop's rows page by page, with pages of about the same length in
 * characters: a row may hold one short item or a thousand long ones. Does not look into outputs.
 */
import type { RunStore } from '@rondo/core/ports.ts';

/** Rows of the first page of a loop whose rows are of unknown length. */
const FIRST_PAGE = 16;
/** About as many characters as one page may have. */
const PAGE_CHARS = 512 * 1024;
/** Rows of the longest page. */
const MOST_ROWS = 2000;

type Page = Awaited<ReturnType<RunStore['outputs']>>;

export async function* outputPages(
  store: RunStore,
  runId: string,
  loop: number,
  after = -1,
  firstPage = FIRST_PAGE,
): AsyncGenerator<Page> {
  let rows = firstPage;
  for (let last = after; ; ) {
    const page = await store.outputs(runId, loop, last, rows);
    const end = page.at(-1);
    if (end === undefined) return;
    yield page;
    if (page.length < rows) return;
    last = end.index;
    const chars = page.reduce((sum, row) => sum + row.output.length, 0);
    rows = Math.max(1, Math.min(Math.floor((rows * PAGE_CHARS) / Math.max(1, chars)), 4 * rows, MOST_ROWS));
  }
}
