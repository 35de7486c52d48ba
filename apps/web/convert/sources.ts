/** Owns what a dropped or pasted text holds: one workflow, several to choose from, data, or nothing known. Pure. */
import { formatOf } from '@rondo/core/convert/convert.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { isObject } from '@rondo/core/model/shape.ts';
import { readText } from '@rondo/core/model/text.ts';

export type Held =
  | { kind: 'workflow'; value: { [key: string]: Json }; format: 'n8n' | 'dify' | 'openflow' | 'native' }
  | { kind: 'several'; workflows: { name: string; text: string; calls: number }[] }
  /** No workflow; `found` says what it is. */
  | { kind: 'data'; found: string; isJson: boolean };

export function heldIn(text: string, file: string): Held {
  const json = parsed(text);
  if (Array.isArray(json)) {
    const workflows = json.filter((one) => isObject(one) && formatOf(one) !== null) as { [key: string]: Json }[];
    if (workflows.length > 0 && workflows.length === json.length) {
      return {
        kind: 'several',
        workflows: workflows.map((one, index) => ({
          name: typeof one.name === 'string' ? one.name : `Workflow ${index + 1}`,
          text: JSON.stringify(one, null, 2),
          calls: JSON.stringify(one).split('executeWorkflow"').length - 1,
        })),
      };
    }
    const kinds = new Set(json.map((one) => (isObject(one) ? 'objects' : `${typeof one}s`)));
    return {
      kind: 'data',
      isJson: true,
      found: `a list of ${json.length} ${kinds.size === 1 ? [...kinds][0] : 'values'}`,
    };
  }
  const { value } = readText(text, file);
  if (value === null) return { kind: 'data', isJson: false, found: 'text that is neither JSON nor YAML' };
  const format = formatOf(value);
  if (format !== null) return { kind: 'workflow', value, format };
  if ('rondo' in value) return { kind: 'workflow', value, format: 'native' };
  const keys = Object.keys(value);
  return {
    kind: 'data',
    isJson: json !== undefined,
    found: `an object with ${keys.slice(0, 4).join(', ') || 'nothing in it'}${keys.length > 4 ? ` and ${keys.length - 4} more` : ''}`,
  };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
