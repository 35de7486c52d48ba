/** Owns the parameters that the nodes for code share. Does not hold the nodes. */
import type { Json } from '@rondo/core/model/item.ts';
import type { ParameterSpec } from '@rondo/core/model/node-type.ts';
import { OUTPUT_TYPES, RULES } from './outputs.ts';

/** Styles and named inputs; `names` says what the first two styles see. */
export function codeParameters(names: {
  item: string;
  all: string;
  main: string;
  function: string;
}): Record<string, ParameterSpec> {
  return {
    mode: {
      type: 'string',
      description: `item: runs for each item, ${names.item}. all: runs once, ${names.all}. main: calls ${names.main} for each item with the named inputs. function: calls ${names.function} with the inputs of the same names; whatever it returns is the value of the item.`,
      enum: ['item', 'all', 'main', 'function'],
      default: 'item',
    },
    inputs: {
      type: 'object',
      description:
        'main and function: what it is called with, by name. Values are templates, such as {{ $json.title }}.',
    },
    entry: {
      type: 'string',
      description: 'function: name of the function to call.',
      default: 'main',
      evaluate: 'never',
    },
    outputs: {
      type: 'object',
      description: `main: what main returns, types by name: ${OUTPUT_TYPES.join(', ')}. Each must be returned and no other; null fits all. Left out: any object.`,
      evaluate: 'never',
    },
    check: {
      type: 'string',
      description:
        'main: how outputs are checked. types: by their types. dify: accepts what Dify accepts, with its limits (30 texts or objects, 1000 numbers, 400000 characters, 5 levels; booleans unchecked).',
      enum: [...RULES],
      default: 'types',
    },
  };
}

/** One call for all items, or one for each. */
export const codeUnit = (raw: Record<string, Json>): 'item' | 'all' => (raw.mode === 'all' ? 'all' : 'item');
