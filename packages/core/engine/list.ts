/** Owns the linked list of states that change a little at a time: adding in front costs nothing. */
export type List<T> = { readonly head: T; readonly tail: List<T> } | null;

export function cons<T>(head: T, tail: List<T>): List<T> {
  return { head, tail };
}

export function reversed<T>(list: List<T>): List<T> {
  let out: List<T> = null;
  for (let at = list; at !== null; at = at.tail) out = cons(at.head, out);
  return out;
}

/** From the first to the last. */
export function* each<T>(list: List<T>): Generator<T> {
  for (let at = list; at !== null; at = at.tail) yield at.head;
}
