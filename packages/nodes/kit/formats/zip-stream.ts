/**
 * Owns writing ZIP archives as a stream, an entry after the other, with fflate. Does not choose names or files.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';

export interface ZipFile {
  name: string;
  pieces: AsyncIterable<Uint8Array>;
}

/** fflate writes no ZIP64, whose fields would be needed beyond these. */
const MOST_BYTES = 0xffff_fffe;
const MOST_ENTRIES = 65_534;
/** What a spreadsheet or an archive was made at is no news; a fixed time makes equal input equal bytes. */
const MADE_AT = Date.UTC(1980, 0, 2);

function tooLarge(what: string): FailureError {
  return new FailureError(
    failure('node-failed', `A ZIP archive holds ${what}.`, {
      retry: 'no',
      fix: 'Use tar.gz, which has no such bound.',
    }),
  );
}

export async function* zipped(files: AsyncIterable<ZipFile>, level: number): AsyncGenerator<Uint8Array> {
  const { Zip, ZipDeflate, ZipPassThrough } = await import('fflate');
  let ready: Uint8Array[] = [];
  let failed: Error | null = null;
  const zip = new Zip((error, piece) => {
    if (error !== null) failed = error;
    else ready.push(piece);
  });
  let bytes = 0;
  function* flush(): Generator<Uint8Array> {
    if (failed !== null) throw failed;
    const out = ready;
    ready = [];
    for (const piece of out) {
      bytes += piece.byteLength;
      yield piece;
    }
    if (bytes > MOST_BYTES) throw tooLarge('4 GiB at most');
  }
  let entries = 0;
  for await (const { name, pieces } of files) {
    entries += 1;
    if (entries > MOST_ENTRIES) throw tooLarge(`${MOST_ENTRIES} entries at most`);
    const entry = level === 0 ? new ZipPassThrough(name) : new ZipDeflate(name, { level: level as 6 });
    entry.mtime = MADE_AT;
    zip.add(entry);
    let size = 0;
    for await (const piece of pieces) {
      size += piece.byteLength;
      if (size > MOST_BYTES) throw tooLarge('files up to 4 GiB');
      // fflate keeps what it is given until later.
      entry.push(Uint8Array.from(piece));
      yield* flush();
    }
    entry.push(new Uint8Array(0), true);
    yield* flush();
  }
  zip.end();
  yield* flush();
}
