/**
 * Owns the parts of step paths (`crawl[2]/fetch`): ids may be any text of one line, so what means something in a
 * path is written `%2F` in a part. Does not build paths.
 */

const MEANING = /[%/[\]#@]/;

export function segment(id: string): string {
  if (!MEANING.test(id)) return id;
  return id.replace(/[%/[\]#@]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
