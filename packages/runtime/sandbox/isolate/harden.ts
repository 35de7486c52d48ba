/**
 * Owns making the isolate's world unchangeable: no unit can leave anything behind that another one
 * sees. Runs once, before any text of a user. Does not bound time or memory.
 */
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** Ways to share memory, to run later, or to keep something between units. */
const REMOVED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry', 'WeakRef', 'gc'];

/**
 * A frozen prototype makes `error.name = 'x'` fail on every instance. Members that people really
 * assign on instances become accessors that define the member on the instance.
 */
const ASSIGNABLE: [object, string[]][] = [
  [
    Object.prototype,
    ['constructor', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable', 'toLocaleString', 'toString', 'valueOf'],
  ],
  [Function.prototype, ['constructor', 'name', 'toString']],
  ...[Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (type): [object, string[]] => [type.prototype, ['constructor', 'message', 'name', 'toString']],
  ),
];

function makeAssignable(holder: object, name: string): void {
  const found = getOwnPropertyDescriptor(holder, name);
  if (found === undefined || !('value' in found) || found.configurable !== true) return;
  const { value, enumerable = false } = found;
  defineProperty(holder, name, {
    get: () => value,
    set(this: object, next: unknown) {
      if (this === holder) throw new TypeError(`Cannot assign to ${name} of a shared prototype`);
      defineProperty(this, name, { value: next, writable: true, enumerable: true, configurable: true });
    },
    enumerable,
    configurable: false,
  });
}

/** Freezes everything that can be reached from the roots. */
export function freezeAll(roots: readonly unknown[]): void {
  const seen = new Set<object>();
  const open: unknown[] = [...roots];
  while (open.length > 0) {
    const value = open.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    // Bytes cannot be frozen; none are shared.
    if (ArrayBuffer.isView(value)) continue;
    freeze(value);
    open.push(getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const found = getOwnPropertyDescriptor(value, key);
      if (found === undefined) continue;
      open.push('value' in found ? found.value : found.get, found.set);
    }
  }
}

export function harden(roots: readonly unknown[]): void {
  const global = globalThis as unknown as Record<string, unknown>;
  for (const name of REMOVED) delete global[name];
  // RegExp.$1 and its sisters hold pieces of what another unit matched.
  for (const key of Reflect.ownKeys(RegExp)) {
    if (typeof key !== 'string' || ['length', 'name', 'prototype', 'escape'].includes(key)) continue;
    Reflect.deleteProperty(RegExp, key);
  }
  for (const [holder, names] of ASSIGNABLE) for (const name of names) makeAssignable(holder, name);
  const hidden = [
    async () => {},
    function* () {},
    async function* () {},
    [][Symbol.iterator](),
    ''[Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    /x/[Symbol.matchAll]('x'),
    [].values().map((x) => x),
    Iterator.from({ next: () => ({ done: true, value: undefined }) }),
    new Intl.Segmenter().segment('x'),
    new Intl.Segmenter().segment('x')[Symbol.iterator](),
  ];
  freezeAll([globalThis, ...hidden.map((value) => getPrototypeOf(value)), ...hidden, ...roots]);
}
