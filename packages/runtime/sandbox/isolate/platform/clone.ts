/** Owns structuredClone(): a copy that shares nothing, circles and all. Functions cannot be copied. */

export function structuredClone(value: unknown): unknown {
  return copy(value, new Map());
}

function copy(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`A ${typeof value} cannot be cloned.`);
  }
  if (value === null || typeof value !== 'object') return value;
  if (known.has(value)) return known.get(value);
  const keep = <T>(made: T): T => {
    known.set(value as object, made);
    return made;
  };
  if (Array.isArray(value)) {
    const list = keep<unknown[]>([]);
    list.length = value.length;
    for (const key of Object.keys(value)) list[Number(key)] = copy(value[Number(key)], known);
    return list;
  }
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (value instanceof DataView) return keep(new DataView(value.buffer.slice(0), value.byteOffset, value.byteLength));
  if (ArrayBuffer.isView(value))
    return keep(
      (value as Uint8Array).constructor === Uint8Array
        ? (value as Uint8Array).slice()
        : new (Object.getPrototypeOf(value).constructor)(value),
    );
  if (value instanceof Map) {
    const map = keep(new Map());
    for (const [key, member] of value) map.set(copy(key, known), copy(member, known));
    return map;
  }
  if (value instanceof Set) {
    const set = keep(new Set());
    for (const member of value) set.add(copy(member, known));
    return set;
  }
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const error = keep(new Error(message, cause === undefined ? undefined : { cause: copy(cause, known) }));
    error.name = name;
    return error;
  }
  const plain = keep<Record<string, unknown>>({});
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(plain, key, {
      value: copy(member, known),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return plain;
}
