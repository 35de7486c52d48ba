/**
 * Owns the question that if, filter and switch ask of an item: `when`, or typed `conditions`. Both the
 * parameters (for node.ts) and their reading (for kernels). Runs inside the isolate.
 */
import { evaluateDifyConditions } from '@rondo/core/dify/conditions.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { evaluateConditions, type Combinator, type Condition } from './conditions.ts';
import { evaluateN8nConditions, type N8nRules } from './n8n-conditions.ts';
import { OPERATOR_NAMES, TYPES } from './operators.ts';
import { readChoice, wrongParameter } from './read.ts';

export const DECISION_PARAMETERS: Record<string, ParameterSpec> = {
  when: {
    type: 'boolean',
    description: 'An expression that gives true or false, such as {{ $json.price > 10 }}. Write this or conditions.',
  },
  conditions: {
    type: 'list',
    description: 'Typed comparisons, instead of when.',
    fields: {
      left: { type: 'any', description: 'The value to test, usually an expression.' },
      op: {
        type: 'string',
        description: 'What to test; which ones there are depends on the type.',
        required: true,
        enum: OPERATOR_NAMES,
      },
      right: { type: 'any', description: 'What to compare with. Operators such as exists and empty need none.' },
      type: {
        type: 'string',
        description: 'Type of the comparison; default: what the operator needs, else the type of left.',
        enum: TYPES,
      },
      caseSensitive: {
        type: 'boolean',
        description: 'Whether upper and lower case differ in texts; default true. A regex has its own flag: /body/i.',
      },
      loose: {
        type: 'boolean',
        description: 'Convert both sides to the type first, instead of failing on another type. Default false.',
      },
    },
  },
  combinator: {
    type: 'string',
    description: 'Whether all conditions must hold (and) or one is enough (or).',
    enum: ['and', 'or'],
    default: 'and',
  },
  semantics: {
    type: 'string',
    description:
      'Rules of comparison. The others are those of imported workflows: n8n-3, n8n-2 and n8n-1 compare and convert as ' +
      'the versions of conditions of n8n do, n8n-0 as its nodes did before; dify ignores type, loose and caseSensitive ' +
      'and compares as Dify does.',
    enum: ['rondo', 'n8n-3', 'n8n-2', 'n8n-1', 'n8n-0', 'dify'],
    default: 'rondo',
  },
  undecided: {
    type: 'string',
    description: 'What an item is whose conditions cannot be compared: a failure, or one that does not fit (no).',
    enum: ['fail', 'no'],
    default: 'fail',
  },
};

const SEMANTICS = ['rondo', 'n8n-3', 'n8n-2', 'n8n-1', 'n8n-0', 'dify'] as const;
const N8N: Readonly<Record<string, N8nRules>> = { 'n8n-0': 0, 'n8n-1': 1, 'n8n-2': 2, 'n8n-3': 3 };
const UNDECIDED = ['fail', 'no'] as const;
const COMBINATORS: readonly Combinator[] = ['and', 'or'];

/** The answer. `index` is the position of the item; `prefix` is where the parameters stand: `rules[2].`. */
export function decides(params: Record<string, Json>, index: number, prefix = ''): boolean {
  if (readChoice(params, 'undecided', UNDECIDED, 'fail') === 'fail') return answer(params, index, prefix);
  try {
    return answer(params, index, prefix);
  } catch (error) {
    if (error instanceof FailureError) return false;
    throw error;
  }
}

function answer(params: Record<string, Json>, index: number, prefix: string): boolean {
  const { when, conditions } = params;
  if (conditions === undefined || conditions === null) {
    if (typeof when === 'boolean') return when;
    return wrongParameter(
      `${prefix}when`,
      'true or false',
      when,
      'Write a comparison such as {{ $json.price > 10 }}; {{ Boolean($json.name) }} asks whether there is a value.',
    );
  }
  if (when !== undefined && when !== null) {
    throw new FailureError(
      failure('bad-value', `${prefix}when and ${prefix}conditions are both given.`, {
        retry: 'no',
        fix: 'Remove one of them.',
      }),
    );
  }
  if (!Array.isArray(conditions)) wrongParameter(`${prefix}conditions`, 'a list', conditions);
  return holds(params, conditions as unknown as Condition[], `${prefix}conditions`, index);
}

/** Whether the conditions hold, joined and compared as `params` say. */
export function holds(
  params: Record<string, Json>,
  conditions: readonly Condition[],
  name: string,
  index = 0,
): boolean {
  const combinator = readChoice(params, 'combinator', COMBINATORS, 'and');
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  if (semantics === 'dify') return evaluateDifyConditions(conditions, combinator, name);
  const rules = N8N[semantics];
  if (rules !== undefined) return evaluateN8nConditions(conditions, combinator, rules, index);
  return evaluateConditions(conditions, combinator, name);
}
