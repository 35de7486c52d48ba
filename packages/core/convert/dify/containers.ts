/**
 * Owns Iteration and Loop as native containers. Each body ends in a node of its own that runs whichever way was taken:
 * it gives what a round is worth - the selected value, whether the loop is to end, what is read of inner nodes after it.
 */
import type { LoopSettings, NodeDefinition } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { LIMITS } from '../../model/limits.ts';
import { conditionsCode, combinatorOf } from './conditions.ts';
import { textIn, zeroOf, type Members } from './document.ts';
import { ENDED, INNER, isSelector, literalOf, Names, plain, quoted, RESPONSES } from './expression.ts';
import { failureSettings, hasStrategy } from './failures.ts';
import type { DifyNode, Level } from './graph.ts';
import { integerIn, objects, type Place } from './mapping.ts';
import { responsesCode } from './responses.ts';
import { convertLevel, freeId, type Body, type Conversion } from './region.ts';

export function convertContainer(c: Conversion, place: Place, level: Level): NodeDefinition {
  const { node } = place;
  const wrapped = isWrapped(node);
  const inner = wrapped ? { ...place, names: new Names(place.names.level, c.known, { wrapped }) } : place;
  const made = node.type === 'loop' ? loop(c, inner, level) : iteration(c, inner, level);
  if (!wrapped) return made;
  // The loop settings of the container are about its rounds; those of the one around it are about itself.
  const id = freeId(c, `${node.id} rounds`);
  return {
    type: 'for-each',
    loop: { size: 'all', ...failureSettings(node.data, { '': 'IterationNodeError' }) },
    body: { [id]: made },
  };
}

/** Containers that get another one around them, which their inner expressions have to step over. */
export const isWrapped = (node: DifyNode): boolean => hasStrategy(node.data);

function titled({ title, id }: DifyNode): { title?: string } {
  return title === '' || title === id ? {} : { title };
}

/** The body with its last node. An empty one gives what it is given. */
function bodyOf(
  c: Conversion,
  container: DifyNode,
  inner: Body,
  fields: Record<string, Json>,
): { body: Record<string, NodeDefinition>; result: string } {
  const id = freeId(c, `${container.id} end`);
  const last: NodeDefinition = {
    type: 'set',
    ...(inner.leaves.length > 0
      ? { after: inner.leaves.length === 1 ? (inner.leaves[0] as string) : inner.leaves }
      : {}),
    with: { keep: 'none', dotPaths: false, fields },
    executeOnce: true,
  };
  return { body: { ...inner.nodes, [id]: last }, result: id };
}

/** Limit loop.parallel of a run. */
const MOST_PARALLEL = LIMITS['loop.parallel'].default;

const MODES: Readonly<Record<string, LoopSettings['onError']>> = {
  'terminated': 'stop',
  'continue-on-error': 'null',
  'remove-abnormal-output': 'drop',
};

function iteration(c: Conversion, { node, names, report }: Place, level: Level): NodeDefinition {
  const { data } = node;
  const mode = textIn(data.error_handle_mode) || 'terminated';
  if (!Object.hasOwn(MODES, mode)) report.invalid(`There is no way to handle errors ${mode}.`, 'error_handle_mode');
  const inside = new Names(level, c.known);
  const responses = responsesCode(level, inside);
  const fields: Record<string, Json> = { value: inside.value(data.output_selector) };
  if (responses !== null) {
    fields['responses'] = `{{ ${responses} }}`;
    fields['last'] = '{{ $loop.index === $loop.count - 1 }}';
  }
  const { body, result } = bodyOf(c, node, convertLevel(c, level), fields);
  const asked = data.is_parallel === true ? Math.max(1, integerIn(data.parallel_nums) ?? 10) : 1;
  const parallel = Math.min(asked, MOST_PARALLEL);
  if (asked > parallel) report.differs(`${parallel} rounds at once, not ${asked}.`, 'parallel_nums');
  const list = isSelector(data.iterator_selector) ? data.iterator_selector : [];
  const spread = data.flatten_output !== false;
  return {
    type: 'for-each',
    ...titled(node),
    loop: {
      over: `{{ $iterable(${list.length === 0 ? 'undefined' : names.code(list)}, ${literalOf(list)}) }}`,
      ...(parallel > 1 ? { parallel } : {}),
      ...(mode === 'terminated' ? {} : { onError: MODES[mode] ?? 'stop' }),
      give: {
        output: `{{ $rounds($input.all(), ${spread}) }}`,
        ...(responses === null ? {} : { [RESPONSES]: '{{ $lastRound($input.all()) }}' }),
      },
    },
    body,
    result,
  };
}

function loop(c: Conversion, place: Place, level: Level): NodeDefinition {
  const { node, names, report } = place;
  const { data } = node;
  const count = integerIn(data.loop_count);
  if (count === null || count < 1) {
    report.invalid(
      `loop_count must be a whole number of at least 1, not ${JSON.stringify(data.loop_count ?? null)}.`,
      'loop_count',
    );
  }
  const variables = objects(data.loop_variables).filter((one) => textIn(one.label) !== '');
  const state: Record<string, Json> = {};
  for (const one of variables) state[textIn(one.label)] = initial(one, names);
  const inside = new Names(level, c.known);
  const conditions = objects(data.break_conditions);
  const test = (names: Names): string => {
    const asked = conditionsCode(data.break_conditions, names, report, 'break_conditions') ?? '[]';
    return `$holds(${asked}, ${quoted(combinatorOf(data.logical_operator))})`;
  };
  const ends = hasEnd(level);
  const responses = responsesCode(level, inside);
  const fields: Record<string, Json> = {
    ...(conditions.length > 0 ? { done: `{{ ${test(inside)} }}` } : {}),
    ...(responses === null ? {} : { responses: `{{ ${responses} }}` }),
  };
  const { body, result } = bodyOf(c, node, convertLevel(c, level), fields);
  const update: Record<string, Json> = { loop_round: '{{ $loop.index + 1 }}' };
  const give: Record<string, Json> = {};
  for (const name of [...Object.keys(state), 'loop_round']) give[name] = `{{ $json[${quoted(name)}] }}`;
  state['loop_round'] = null;
  if (responses !== null) {
    state[RESPONSES] = {};
    update[RESPONSES] = `{{ $merged($loop.vars[${quoted(RESPONSES)}], $json.responses) }}`;
    give[RESPONSES] = `{{ $json[${quoted(RESPONSES)}] }}`;
  }
  if (ends) state[ENDED] = false;
  const until = untilCode(conditions.length > 0, ends);
  const made: NodeDefinition = {
    type: 'loop',
    ...titled(node),
    loop: {
      times: count ?? 1,
      // Dify asks before the first round, too; what cannot be answered then is no.
      ...(conditions.length > 0
        ? { while: `{{ $loop.index > 0 || !$attempt(() => ${test(new Names(level, c.known, { begins: true }))}) }}` }
        : {}),
      ...(until === null ? {} : { until: `{{ ${until} }}` }),
      state,
      update,
      give,
    },
    body,
    result,
  };
  c.finish.push(() => {
    const read = [...(c.known.exposed.get(node.id) ?? [])];
    if (read.length === 0) return;
    fields['inner'] = Object.fromEntries(read.map((id) => [id, `{{ $(${quoted(id)}).outputs }}`]));
    state[INNER] = {};
    update[INNER] = '{{ $present($json.inner) }}';
    give[INNER] = `{{ $json[${quoted(INNER)}] }}`;
  });
  return made;
}

function untilCode(asks: boolean, ends: boolean): string | null {
  const parts = [...(ends ? [`$loop.vars[${quoted(ENDED)}]`] : []), ...(asks ? ['$json.done'] : [])];
  return parts.length === 0 ? null : parts.join(' || ');
}

/** Whether a node inside ends the loop; one in a loop inside ends that one. */
function hasEnd(level: Level): boolean {
  return level.nodes.some((node) => {
    const inner = node.type === 'iteration' ? level.inner.get(node.id) : undefined;
    return node.type === 'loop-end' || (inner !== undefined && hasEnd(inner));
  });
}

/** The value of a loop variable before the first round. */
function initial(variable: Members, names: Names): Json {
  const type = textIn(variable.var_type) || 'string';
  const value = variable.value ?? null;
  if (variable.value_type === 'variable') {
    return isSelector(value) ? `{{ $need(${names.code(value)}, ${quoted(value.join('.'))}) }}` : null;
  }
  if (type.startsWith('array')) {
    if (Array.isArray(value)) return plain(value);
    const parsed = typeof value === 'string' ? parsedJson(value) : undefined;
    return Array.isArray(parsed) ? plain(parsed) : [];
  }
  if (type === 'string') return typeof value === 'string' ? plain(value) : (value ?? '');
  if (typeof value !== 'string') return value ?? zeroOf(type);
  const parsed = parsedJson(value);
  return parsed === undefined ? zeroOf(type) : plain(parsed);
}

function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
