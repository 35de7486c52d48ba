/**
 * Owns the table of names that expressions of native files may use, with one line of documentation
 * each. Does not evaluate them; the isolate gives them their values.
 */

export interface ScopeName {
  name: string;
  kind: 'data' | 'function' | 'class' | 'failure' | 'pagination';
  /** How it is written, for completion. */
  usage: string;
  doc: string;
}

/** A line of a table of names. */
export const row = (kind: ScopeName['kind'], name: string, usage: string, doc: string): ScopeName => ({
  name,
  kind,
  usage,
  doc,
});

export const SCOPE_NAMES: readonly ScopeName[] = [
  row('data', '$json', '$json.field', 'Value of the current item.'),
  row('data', '$item', '$item.files', 'The current item itself: json and files.'),
  row('data', '$input', '$input.all()', 'Items that arrived: item, first(), last(), all().'),
  row(
    'data',
    '$',
    "$('node').item.json",
    'Another node: item (the one this item was made from), first(), last(), all().',
  ),
  row('data', '$itemIndex', '$itemIndex', 'Position of the current item, from 0.'),
  row('data', '$runIndex', '$runIndex', 'How often this node ran before in the current frame, from 0.'),
  row('data', '$loop', '$loop.index', 'The enclosing loop: item, index, count, previous, parent.'),
  row('data', '$vars', '$vars.name', 'Variables given to the run.'),
  row('data', '$conversation', '$conversation.name', 'Variables of the conversation that the run belongs to.'),
  row('data', '$constants', '$constants.NAME', 'Constants of the workflow.'),
  row('data', '$run', '$run.id', 'The run: id, workflow, input.'),
  row('data', '$now', '$now', 'Present date and time, in the time zone of the workflow.'),
  row('data', '$today', '$today', 'Midnight of the present day, in the time zone of the workflow.'),
  row('class', 'DateTime', "DateTime.fromISO('2024-01-31')", 'Dates with a time zone (Luxon).'),
  row('class', 'Duration', 'Duration.fromObject({ hours: 2 })', 'Lengths of time (Luxon).'),
  row('class', 'Interval', 'Interval.fromDateTimes(a, b)', 'Spans between two dates (Luxon).'),
  row('function', '$jmespath', "$jmespath($json, 'rows[].id')", 'Queries a value with JMESPath.'),
  row(
    'function',
    '$if',
    '$if(condition, a, b)',
    'a when the condition holds, else b; only the chosen one is evaluated.',
  ),
  row('function', '$ifEmpty', '$ifEmpty(value, other)', 'other when value is null, undefined, empty text, [] or {}.'),
  row('function', '$max', '$max(1, 2, 3)', 'Largest of the numbers.'),
  row('function', '$min', '$min(1, 2, 3)', 'Smallest of the numbers.'),
  row('function', '$average', '$average(1, 2, 3)', 'Mean of the numbers.'),
  row('function', '$not', '$not(value)', 'The opposite truth value.'),
  row('function', 'max', 'max(1, 2, 3)', 'Largest of the numbers.'),
  row('function', 'min', 'min(1, 2, 3)', 'Smallest of the numbers.'),
  row('function', 'average', 'average(1, 2, 3)', 'Mean of the numbers.'),
  row('function', 'not', 'not(value)', 'The opposite truth value.'),
  row('function', 'numberList', 'numberList(1, 5)', 'Whole numbers from the first to the last, both included.'),
  row('function', 'zip', 'zip(keys, values)', 'An object of two lists of equal length.'),
  row('function', 'range', 'range(from, to, step)', 'Numbers from `from` (default 0) up to, not including, `to`.'),
  row('failure', '$error', '$error.message', 'In loop.fallback, what went wrong: code, message, node, data.'),
  row('pagination', '$response', '$response.body.next', 'The last answer of the server: body, headers, statusCode.'),
  row('pagination', '$request', '$request.url', 'The last request that was sent.'),
  row('pagination', '$pageCount', '$pageCount', 'Pages fetched so far.'),
];

/** Names of the language itself that expressions may use; always there. */
export const GLOBALS: ReadonlySet<string> = new Set([
  'undefined',
  'NaN',
  'Infinity',
  'Math',
  'JSON',
  'Object',
  'Array',
  'Date',
  'String',
  'Number',
  'Boolean',
  'BigInt',
  'Symbol',
  'RegExp',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Iterator',
  'Intl',
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'EvalError',
  'URIError',
  'AggregateError',
  'ArrayBuffer',
  'DataView',
  'Atomics',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'encodeURI',
  'encodeURIComponent',
  'decodeURI',
  'decodeURIComponent',
]);

const CONDITIONAL = new Set(['failure', 'pagination']);
const ALWAYS = SCOPE_NAMES.filter((entry) => !CONDITIONAL.has(entry.kind)).map((entry) => entry.name);

/** Names of every native expression, without the language's own. */
export const NATIVE_NAMES: ReadonlySet<string> = new Set(ALWAYS);

/** The same with the names about the last page of a request. */
export const PAGINATION_NAMES: ReadonlySet<string> = new Set(
  SCOPE_NAMES.filter((entry) => entry.kind !== 'failure').map((entry) => entry.name),
);

/** The same with what went wrong, for `loop.fallback`. */
export const FALLBACK_NAMES: ReadonlySet<string> = new Set([...ALWAYS, '$error']);

/** What to write instead of names that people know from elsewhere. */
export const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['$node', "$('node')"],
  ['$items', "$('node').all()"],
  ['$data', '$json'],
  ['$binary', '$item.files'],
  ['$position', '$itemIndex'],
  ['$execution', '$run'],
  ['$workflow', '$run.workflow'],
  ['$env', '$vars'],
  ['$jmesPath', '$jmespath'],
  ['item', '$item or $loop.item'],
  ['items', '$input.all()'],
]);
