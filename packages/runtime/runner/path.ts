/**
 * Owns the parts of step paths (`crawl[2]/fetch`): ids may be any text of one line, so what means something in a
 * path is written `%2F` in a part. Does not build paths.
 */

const MEANING = /[%/[\]#@]/;

export function segment(id: string): string {
  if (!MEANING.test(id)) return id;
  return id.replace(/[%/[\]#@]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Id and run of a last part. */
export function readSegment(part: string): { id: string; run: number } {
  const [name = '', run] = part.split('@');
  const id = name.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return { id, run: run === undefined ? 0 : Number(run) };
}
