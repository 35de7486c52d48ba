/**
 * Owns what a secret may be called, and the command that stores one, as people can paste it. Does not know secrets.
 */

/** 1 to 128 characters of one line: no "=", no brackets, no space at the ends. Names of other products' credentials fit. */
export const SECRET_NAME = /^[^\p{C}\p{Z}=[\]]([^\p{C}\p{Zl}\p{Zp}=[\]]{0,126}[^\p{C}\p{Z}=[\]])?$/u;

/** A name with spaces is quoted for the shell. */
export function storeCommand(name: string): string {
  return `rondo secrets set ${quoted(name)}`;
}

export function quoted(name: string): string {
  return /^[\w.@%+:,/-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
