/** Owns the binding of given arguments, by place and by name, to what a function or filter takes. */

export interface Given {
  name: string | null;
  value: unknown;
}

/** Values in the order of `names`, undefined where none is given. */
export function bind(what: string, names: readonly string[], args: readonly Given[]): unknown[] {
  const out: unknown[] = names.map(() => undefined);
  let at = 0;
  for (const { name, value } of args) {
    const place = name === null ? at : names.indexOf(name);
    if (name === null) at += 1;
    if (place < 0) throw new Error(`${what} has no argument ${name}`);
    if (place >= names.length) throw new Error(`${what} takes at most ${names.length} arguments`);
    if (out[place] !== undefined) throw new Error(`${what} is given ${name ?? names[place]} twice`);
    out[place] = value;
  }
  return out;
}

export const asGiven = (args: readonly unknown[], named: ReadonlyMap<string, unknown>): Given[] => [
  ...args.map((value) => ({ name: null, value })),
  ...[...named].map(([name, value]) => ({ name, value })),
];
