/**
 * Owns what a run gives: the outputs of its ends and answers, put together in the order in which they come. Those
 * inside containers come with their container.
 */
import { quoted, RESPONSES, type Names } from './expression.ts';
import { isContainer, type Level } from './graph.ts';

const RESPONSE_TYPES = new Set(['end', 'answer']);

const hasResponses = (level: Level): boolean =>
  level.nodes.some((node) => {
    const inner = level.inner.get(node.id);
    return RESPONSE_TYPES.has(node.type) || (inner !== undefined && hasResponses(inner));
  });

/** Code for the responses of a level; null where it has none. */
export function responsesCode(level: Level, names: Names): string | null {
  const parts = level.nodes.flatMap((node) => {
    const outputs = names.code([node.id]);
    if (RESPONSE_TYPES.has(node.type)) return [outputs];
    const inner = isContainer(node) ? level.inner.get(node.id) : undefined;
    if (inner === undefined || !hasResponses(inner)) return [];
    return [`$get(${outputs}, ${quoted(RESPONSES)})`];
  });
  return parts.length === 0 ? null : `$merged(${parts.join(', ')})`;
}
