/** Owns how large rows are, so that answers stay bounded while they come in. Loads nothing. */

/** About what a row takes as JSON; keeps answers bounded while they come in. */
export function rowBytes(columns: readonly string[], cells: readonly unknown[]): number {
  let bytes = 2;
  for (const [i, cell] of cells.entries()) {
    bytes += (columns[i]?.length ?? 0) + 4;
    if (typeof cell === 'string') bytes += cell.length;
    else if (cell instanceof Uint8Array) bytes += Math.ceil((cell.byteLength * 4) / 3);
    else if (typeof cell === 'object' && cell !== null) bytes += JSON.stringify(cell).length;
    else bytes += 8;
  }
  return bytes;
}

/** Thrown by drivers while rows come in; becomes a failure about step.bytes. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes';
}
