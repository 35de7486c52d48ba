/**
 * Owns the way from a loop section to the Loop record: defaults, units, and what fits together.
 * Does not compile templates.
 */
import { diagnostic, type Diagnostic } from '../errors.ts';
import type { Loop } from '../engine/loop.ts';
import type { LoopSettings, NodeDefinition } from '../model/definition.ts';
import { parseDuration } from '../model/duration.ts';
import type { Limits } from '../model/limits.ts';
import type { NodeType } from '../model/node-type.ts';

const ms = (value: number | string | undefined, fallback: number): number =>
  value === undefined ? fallback : (parseDuration(value) ?? fallback);

export interface LoopFacts {
  /** The body or the node reads $loop.previous. */
  readsPrevious: boolean;
  paged: boolean;
  block: boolean;
  unit: 'item' | 'all';
}

export function loopRecord(
  node: NodeDefinition,
  type: NodeType,
  facts: LoopFacts,
  limits: Limits,
  path: (string | number)[],
  id: string,
  out: Diagnostic[],
): Loop {
  const section: LoopSettings = node.loop ?? {};
  const isState = type.type === 'loop';
  const all = node.executeOnce === true || section.size === 'all' || facts.unit === 'all';
  const parallel = section.parallel ?? 1;
  const inOrder = isState || facts.paged || facts.block || facts.readsPrevious;
  if (parallel > 1 && inOrder) {
    const why = isState
      ? 'a Loop hands its variables from iteration to iteration'
      : facts.readsPrevious
        ? '$loop.previous is the result of the iteration before'
        : `a ${type.type} node works in order`;
    out.push(
      diagnostic(
        'parallel-with-carry',
        [...path, 'loop', 'parallel'],
        `${id} cannot run ${parallel} iterations at once: ${why}.`,
        {
          node: id,
          fix: { text: 'Set parallel to 1.', edits: [{ path: [...path, 'loop', 'parallel'], value: 1 }] },
        },
      ),
    );
  }
  if (parallel > limits['loop.parallel']) {
    out.push(
      diagnostic(
        'bad-value',
        [...path, 'loop', 'parallel'],
        `${id}: parallel is ${parallel}, the limit loop.parallel is ${limits['loop.parallel']}.`,
        { node: id },
      ),
    );
  }
  if (
    isState &&
    !section.times &&
    !section.while &&
    !section.until &&
    section.limit === undefined &&
    !section.stopWhen
  ) {
    out.push(
      diagnostic(
        'loop-without-end',
        [...path, 'loop'],
        `Loop ${id} has no while, until, times or limit: nothing ends it.`,
        {
          node: id,
          fix: { text: 'Add loop.until, loop.while or loop.times.' },
        },
      ),
    );
  }
  for (const [field, needs] of [
    ['while', isState],
    ['until', isState],
    ['times', isState],
    ['state', isState],
    ['update', isState],
  ] as const) {
    if (section[field] !== undefined && !needs) {
      out.push(
        diagnostic(
          'bad-value',
          [...path, 'loop', field],
          `loop.${field} belongs to the node type loop; ${id} is ${type.type}. Use loop.stopWhen to end a loop over items early.`,
          { node: id },
        ),
      );
    }
  }
  const tolerate = section.tolerate;
  const onError = section.onError === null ? 'null' : (section.onError ?? (tolerate ? 'drop' : 'stop'));
  const retry = section.retry;
  return {
    over: isState ? 'state' : 'items',
    size: all ? Number.POSITIVE_INFINITY : ((section.size as number | undefined) ?? 1),
    parallel: inOrder ? 1 : parallel,
    carry: inOrder ? 'previous' : 'none',
    limit:
      section.limit ?? (isState && section.times === undefined ? limits['loop.ceiling'] : limits['loop.iterations']),
    atLimit: 'fail',
    onError,
    tolerateCount: tolerate?.count ?? Number.POSITIVE_INFINITY,
    tolerateShare: tolerate?.share ?? 1,
    ...(tolerate?.judge === 'end' ? { judgeAtEnd: true } : {}),
    rate: section.rate
      ? { count: section.rate.count, perMs: ms(section.rate.per, 1000), key: section.rate.key ?? null }
      : null,
    retry: {
      times: retry?.times ?? 0,
      delayMs: Array.isArray(retry?.delay) ? 1000 : ms(retry?.delay, 1000),
      ...(Array.isArray(retry?.delay) ? { delaysMs: retry.delay.map((delay) => ms(delay, 1000)) } : {}),
      backoff: retry?.backoff ?? 2,
      maxDelayMs: ms(retry?.maxDelay, 60_000),
      jitter: retry?.jitter ?? 0,
      ...(retry?.always === true ? { always: true } : {}),
    },
    timeoutMs: section.timeout === undefined ? null : ms(section.timeout, 0),
    pauseMs: ms(section.pause, 0),
    collect: section.collect ?? 'concat',
    flatten: section.flatten ?? false,
  };
}
