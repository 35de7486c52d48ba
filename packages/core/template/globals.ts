/** Owns the functions every template has, and the methods of lists and dicts. */
import { bind, asGiven } from './arguments.ts';
import { chargeList } from './budget.ts';
import { textMethod } from './methods-text.ts';
import { rangeView } from './operators.ts';
import { repr } from './spell.ts';
import {
  Dict,
  elements,
  entriesOf,
  equal,
  hasKey,
  isMade,
  isMapping,
  isText,
  keysOf,
  made,
  Namespace,
  Native,
  numberOf,
  order,
  tuple,
  Tuple,
  typeName,
  Undefined,
  valueOf,
  view,
  View,
  type Callable,
  type Mapping,
} from './value.ts';

/** As in Jinja2's sandbox, where a longer range is refused. */
const MOST_RANGE = 100_000;

function whole(value: unknown, what: string): number {
  const n = numberOf(value);
  if (n === null || !Number.isInteger(n)) throw new Error(`${what} needs whole numbers, not ${typeName(value)}`);
  return n;
}

function range(args: unknown[]): unknown {
  if (args.length < 1 || args.length > 3) throw new Error('range takes 1 to 3 arguments');
  const n = args.map((value) => whole(value, 'range'));
  const start = n.length === 1 ? 0 : (n[0] as number);
  const end = n.length === 1 ? (n[0] as number) : (n[1] as number);
  const step = n[2] ?? 1;
  if (step === 0) throw new Error('The step of a range cannot be 0');
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (length > MOST_RANGE) throw new Error(`A range has at most ${MOST_RANGE} elements`);
  chargeList(length);
  return rangeView(
    start,
    end,
    step,
    Array.from({ length }, (_, i) => start + i * step),
  );
}

function fill(dict: Dict, from: unknown, named: Map<string, unknown>): Dict {
  if (isMapping(from)) for (const [k, v] of entriesOf(from)) dict.set(k, v);
  else if (from !== undefined) {
    for (const pair of elements(from)) {
      const [k, v, ...rest] = elements(pair);
      if (v === undefined || rest.length > 0) throw new Error('A dict is made of pairs');
      dict.set(k, v);
    }
  }
  for (const [k, v] of named) dict.set(k, v);
  return dict;
}

function cycler(items: unknown[]): Native {
  if (items.length === 0) throw new Error('cycler needs at least one value');
  let at = 0;
  const next = new Native('method next', () => {
    const value = items[at];
    at = (at + 1) % items.length;
    return value;
  });
  const reset = new Native('method reset', () => {
    at = 0;
    return null;
  });
  return new Native('Cycler', null, (name) => ({ __proto__: null, next, reset, current: items[at] })[name]);
}

function joiner(args: unknown[], named: Map<string, unknown>): Native {
  const [separator = ', '] = bind('joiner', ['sep'], asGiven(args, named));
  let used = false;
  return new Native('Joiner', () => {
    if (used) return separator;
    used = true;
    return '';
  });
}

function namespace(args: unknown[], named: Map<string, unknown>): Namespace {
  const space = new Namespace();
  for (const [k, v] of fill(new Dict(), args[0], named).entries()) space.fields.set(String(k), v);
  return space;
}

const FUNCTIONS: Record<string, Callable> = {
  range,
  dict: (args, named) => fill(new Dict(), args[0], named),
  cycler,
  joiner,
  namespace,
};

export const globals: Map<string, unknown> = new Map(
  Object.entries(FUNCTIONS).map(([name, run]) => [name, new Native(`function ${name}`, run)]),
);

/** Item data are shared with the rest of the workflow, so only what the template made may change. */
function changed(list: unknown[]): unknown[] {
  if (list instanceof Tuple || list instanceof View) throw new Error(`${typeName(list)} cannot be changed`);
  if (isMade(list)) return list;
  throw new Error('Lists of the item cannot be changed; copy it first: {% set copy = the_list | list %}');
}

function changedDict(m: Mapping): Dict {
  if (m instanceof Dict) return m;
  throw new Error('Objects of the item cannot be changed; copy it first: {% set copy = dict(the_object) %}');
}

function find(list: unknown[], value: unknown): number {
  const at = list.findIndex((element) => equal(element, value));
  if (at < 0) throw new Error(`${repr(value)} is not in the list`);
  return at;
}

function take(list: unknown[], at: unknown): unknown {
  const n = at === undefined ? -1 : whole(at, 'pop');
  const place = n < 0 ? list.length + n : n;
  if (place < 0 || place >= list.length) throw new Error('pop: there is no such element');
  chargeList(list.length - place);
  return list.splice(place, 1)[0];
}

const LISTS = new Map<string, (list: unknown[], args: unknown[], named: Map<string, unknown>) => unknown>(
  Object.entries({
    append: (list, [value = null]) => {
      changed(list).push(value);
      chargeList(list.length >> 6);
      return null;
    },
    extend: (list, [more]) => {
      const added = [...elements(more)];
      chargeList(list.length + added.length);
      changed(list);
      for (const value of added) list.push(value);
      return null;
    },
    insert: (list, [at, value = null]) => {
      chargeList(list.length);
      changed(list).splice(whole(at, 'insert'), 0, value);
      return null;
    },
    pop: (list, [at]) => take(changed(list), at),
    remove: (list, [value]) => {
      changed(list).splice(find(list, value), 1);
      return null;
    },
    clear: (list) => {
      changed(list).length = 0;
      return null;
    },
    reverse: (list) => {
      chargeList(list.length);
      changed(list).reverse();
      return null;
    },
    sort: (list, _, named) => {
      const down = Boolean(named.get('reverse'));
      changed(list).sort((a, b) => (down ? order(b, a) : order(a, b)));
      return null;
    },
    copy: (list) => {
      chargeList(list.length);
      return made([...list]);
    },
    index: (list, [value]) => find(list, value),
    count: (list, [value]) => list.filter((element) => equal(element, value)).length,
  } satisfies Record<string, (list: unknown[], args: unknown[], named: Map<string, unknown>) => unknown>),
);
const OF_TUPLES = new Set(['index', 'count']);

const DICTS = new Map<string, (m: Mapping, args: unknown[], named: Map<string, unknown>) => unknown>(
  Object.entries({
    items: (m) => view('dict_items', entriesOf(m).map(tuple)),
    keys: (m) => view('dict_keys', keysOf(m)),
    values: (m) =>
      view(
        'dict_values',
        entriesOf(m).map(([, v]) => v),
      ),
    get: (m, [key, fallback = null]) => valueOf(m, key) ?? (hasKey(m, key) ? null : fallback),
    copy: (m) => fill(new Dict(), m, new Map()),
    update: (m, [more], named) => {
      fill(changedDict(m), more, named);
      return null;
    },
    setdefault: (m, [key, value = null]) => {
      if (!hasKey(m, key)) changedDict(m).set(key, value);
      return valueOf(m, key);
    },
    pop: (m, [key, fallback]) => {
      const value = hasKey(m, key) ? valueOf(m, key) : fallback;
      if (value === undefined) throw new Error(`pop: there is no ${repr(key)}`);
      changedDict(m).delete(key);
      return value;
    },
    popitem: (m) => {
      const last = entriesOf(m).at(-1);
      if (last === undefined) throw new Error('popitem: the dict is empty');
      changedDict(m).delete(last[0]);
      return tuple(last);
    },
    clear: (m) => {
      for (const key of keysOf(m)) changedDict(m).delete(key);
      return null;
    },
  } satisfies Record<string, (m: Mapping, args: unknown[], named: Map<string, unknown>) => unknown>),
);

/** The method `name` of a value, bound to it; null where it has none. */
export function method(object: unknown, name: string): Native | null {
  let run: Callable | null = null;
  if (isText(object)) run = textMethod(object, name);
  else if (Array.isArray(object)) {
    const found = LISTS.get(name);
    const fits = !(object instanceof Tuple || object instanceof View) || OF_TUPLES.has(name);
    if (found !== undefined && fits) run = (args, named) => found(object, args, named);
  } else if (isMapping(object)) {
    const found = DICTS.get(name);
    if (found !== undefined) run = (args, named) => found(object, args, named);
  }
  return run === null ? null : new Native(`method ${name}`, run);
}

/** What an unknown name is. */
export const unknownName = (name: string): Undefined => new Undefined(`${name} is undefined`);
