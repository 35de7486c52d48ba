/**
 * Owns the question that if, filter and switch ask of an item: `when`, or typed `conditions`. Both the
 * parameters (for node.ts) and their reading (for kernels). Runs inside the isolate.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { evaluateDifyConditions } from './conditions-dify.ts';
import { evaluateConditions, type Combinator, type Condition, type ConversionRules } from './conditions.ts';
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
      'Rules of comparison. The others are those of imported workflows: n8n-1 and n8n-2 convert loosely as old ' +
      'versions of n8n do, dify ignores type, loose and caseSensitive and compares as Dify does.',
    enum: ['rondo', 'n8n-1', 'n8n-2', 'dify'],
    default: 'rondo',
  },
};

const SEMANTICS = ['rondo', 'n8n-1', 'n8n-2', 'dify'] as const;
const RULES: Record<string, ConversionRules> = { 'rondo': 3, 'n8n-1': 1, 'n8n-2': 2 };
const COMBINATORS: readonly Combinator[] = ['and', 'or'];

/** The answer. `prefix` is where the parameters stand, for messages: `rules[2].`. */
export function decides(params: Record<string, Json>, prefix = ''): boolean {
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
  return holds(params, conditions as unknown as Condition[], `${prefix}conditions`);
}

/** Whether the conditions hold, joined and compared as `params` say. */
export function holds(params: Record<string, Json>, conditions: readonly Condition[], name: string): boolean {
  const combinator = readChoice(params, 'combinator', COMBINATORS, 'and');
  const semantics = readChoice(params, 'semantics', SEMANTICS, 'rondo');
  if (semantics === 'dify') return evaluateDifyConditions(conditions, combinator, name);
  return evaluateConditions(conditions, combinator, RULES[semantics], name);
}
