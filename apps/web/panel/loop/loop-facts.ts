/**
 * Owns what of the loop section fits which node, and why not: one vocabulary for every node and container, of which a
 * node shows what applies. Pure. Follows what the compiler accepts.
 */
import type { LoopSettings, NodeDefinition } from '@rondo/core/model/definition.ts';
import { readsPrevious, type NodePlace, type NodeShape } from '../place.ts';

/** How often something runs, each time it is reached. */
export type Runs = 'item' | 'all' | 'batch' | 'until' | 'while' | 'times' | 'start' | 'pages';

export type LoopField = Exclude<keyof LoopSettings, 'size'> | 'runs';

export interface LoopFacts {
  runs: Runs;
  /** What can be chosen; one: it cannot be. */
  choices: readonly Runs[];
  /** Why there is no choice. */
  fixed: string;
  /** By field: why it cannot apply. Absent: it can. */
  whyNot: Partial<Record<LoopField, string>>;
}

type Placed = Pick<NodePlace, 'node' | 'type' | 'shape'>;

export function loopFactsOf(place: Placed): LoopFacts {
  const { node, type, shape } = place;
  const { runs, choices, fixed } = runsOf(node, type?.type ?? node.type, type?.work ?? 'kernel', {
    trigger: type?.group === 'trigger',
    ...shape,
  });
  return { runs, choices, fixed, whyNot: whyNotOf(place, runs) };
}

interface Choice {
  runs: Runs;
  choices: readonly Runs[];
  fixed: string;
}

function runsOf(
  node: NodeDefinition,
  type: string,
  work: string,
  { trigger, paged, block, all: seesAll }: { trigger: boolean } & NodeShape,
): Choice {
  const section = node.loop ?? {};
  const only = (runs: Runs, fixed: string): Choice => ({ runs, choices: [runs], fixed });
  const batch = typeof section.size === 'number' && section.size > 1;
  if (trigger) return only('start', 'It starts the run.');
  if (work === 'fold') return only('all', 'It takes all items together.');
  if (type === 'loop') {
    const runs = section.times !== undefined ? 'times' : section.while !== undefined ? 'while' : 'until';
    return { runs, choices: ['until', 'while', 'times'], fixed: '' };
  }
  if (type === 'loop-over-items') return only('batch', 'It hands out one batch after the other.');
  if (type === 'branches' && section.over === undefined) return only('all', 'It runs its body once, as one piece.');
  if (type === 'sub-workflow')
    return { runs: node.with?.['mode'] === 'each' ? 'item' : 'all', choices: ['item', 'all'], fixed: '' };
  if (block) return only('item', 'It takes one item after the other, in order.');
  if (paged) return only('pages', 'It goes on in parts, one after the other, until there is no more.');
  if (seesAll) return only('all', 'With these fields it sees all items at once.');
  const all = section.size === 'all' || node.executeOnce === true;
  return { runs: all ? 'all' : batch ? 'batch' : 'item', choices: ['item', 'all', 'batch'], fixed: '' };
}

function whyNotOf({ node, type, shape }: Placed, runs: Runs): LoopFacts['whyNot'] {
  const title = type?.title ?? node.type;
  const container = type?.work === 'container';
  const why: LoopFacts['whyNot'] = {};
  const say = (reason: string, ...fields: LoopField[]): void => {
    for (const field of fields) why[field] ??= reason;
  };
  const section = node.loop ?? {};
  if (runs === 'start') {
    say('It starts the run, so nothing arrives that it could repeat for.', ...ALL);
    return why;
  }
  const isLoop = node.type === 'loop';
  if (!isLoop) {
    say(
      'Only a Loop has variables that an iteration hands to the next one.',
      'while',
      'until',
      'times',
      'state',
      'update',
    );
  } else {
    say('A Loop hands its variables from one iteration to the next, so they run in order.', 'parallel');
    say('A Loop repeats with its variables; For Each goes through a list.', 'over');
    if (runs !== 'until') say('Run says what ends it.', 'until');
    if (runs !== 'while') say('Run says what ends it.', 'while');
    if (runs !== 'times') say('Run says what ends it.', 'times');
  }
  if (runs === 'all') {
    say('It runs once, with all items.', 'parallel', 'rate', 'stopWhen', 'pause', 'limit', 'tolerate');
    if (!container) say('It runs once, with all items.', 'over');
  }
  if (runs === 'pages') say(`${title} goes on in parts, one after the other.`, 'parallel');
  if (shape.block) say(`${title} takes one item after the other, in order.`, 'parallel');
  if (readsPrevious(node)) {
    const where = container ? 'Its body reads' : 'It reads';
    say(`${where} $loop.previous, the result of the iteration before, so they run in order.`, 'parallel');
  }
  if (!container) say('Only a container gives its results as a whole.', 'give');
  const { onError = section.tolerate === undefined ? 'stop' : 'drop' } = section;
  if (onError === 'stop') say('The first failure ends it already.', 'tolerate');
  if (onError === 'pass') say('A failed one passes its items on, so it does not count.', 'tolerate');
  if (onError !== 'item' && onError !== 'port') say('Nothing is given in place of a failed one.', 'fallback');
  return why;
}

export const ALL: readonly LoopField[] = [
  'runs',
  'over',
  'parallel',
  'rate',
  'retry',
  'onError',
  'fallback',
  'tolerate',
  'stopWhen',
  'while',
  'until',
  'times',
  'limit',
  'timeout',
  'pause',
  'state',
  'update',
  'collect',
  'flatten',
  'give',
];

export const FIELD_NAMES: Readonly<Record<LoopField, string>> = {
  runs: 'Run',
  over: 'Through the list',
  parallel: 'In parallel',
  rate: 'At most',
  retry: 'If one fails, retry',
  onError: 'Then',
  fallback: 'Given in its place',
  tolerate: 'Stop at',
  stopWhen: 'Stop early',
  while: 'While',
  until: 'Until',
  times: 'Times',
  limit: 'Most iterations',
  timeout: 'Longest attempt',
  pause: 'Pause between',
  state: 'Variables at the start',
  update: 'Variables after each iteration',
  collect: 'Collect',
  flatten: 'Spread lists',
  give: 'Give',
};

/** Words of what happens with one that failed. Inside a container, stopping is the failure of its iteration. */
export function onErrorWords(inContainer: boolean): readonly (readonly [value: string, words: string])[] {
  return [
    ['stop', inContainer ? 'fail the iteration' : 'stop'],
    ['null', 'keep its place as null'],
    ['drop', 'drop it'],
    ['item', 'give an item'],
    ['port', 'send it to the error output'],
    ['pass', 'pass on what it was given'],
  ];
}

export const RUN_WORDS: Readonly<Record<Runs, string>> = {
  item: 'once per item',
  all: 'once for all',
  batch: 'in batches of',
  until: 'until',
  while: 'while',
  times: 'a number of times',
  start: 'once',
  pages: 'page after page',
};
