/** List operator: the order of its steps, what an element may be, and the recorded table of Dify. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { DIFY_OPERATORS } from '@rondo/core/dify/conditions.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function operate(params: Record<string, Json>, list: Json): Promise<Json | undefined> {
  const { output } = await runNode(node, {
    params: { list: '{{ $json.l }}', keep: 'none', ...params },
    input: [{ l: list }],
  });
  return output.main?.[0];
}

describe('list operator', () => {
  it('filters, then extracts, then sorts, then cuts', async () => {
    const conditions = [{ op: 'gt', right: 1 }];
    expect(await operate({ conditions, order: 'descending', limit: 2 }, [3, 1, 2, 9])).toEqual({
      result: [9, 3],
      first: 9,
      last: 3,
    });
    expect(await operate({ conditions, extract: 2 }, [1, 3, 1, 2])).toEqual({ result: [2], first: 2, last: 2 });
    expect(await operate({ extract: -1 }, [1, 3])).toEqual({ result: [3], first: 3, last: 3 });
  });

  it('says which element does not fit a condition', async () => {
    const run = operate({ conditions: [{ op: 'gt', right: 1 }] }, [2, 'x']);
    await expect(run).rejects.toThrow('element 1, conditions[0].left must be a number, not the text "x".');
  });

  it('takes a missing list for an empty one, and nothing else', async () => {
    expect(await operate({}, null)).toEqual({ result: [], first: null, last: null });
    await expect(operate({}, 'abc')).rejects.toThrow('list must be a list');
    await expect(operate({ extract: 1 }, [])).rejects.toThrow('extract: there is no element 1; the list has 0.');
  });
});

interface Row {
  values: Json[];
  type: string;
  config: {
    filter_by?: { enabled: boolean; conditions: { key: string; comparison_operator: string; value: Json }[] };
    order_by?: { enabled: boolean; value: 'asc' | 'desc' };
    limit?: { enabled: boolean; size: number };
    extract_by?: { enabled: boolean; serial: string };
  };
  outputs?: Json;
}

const table = new URL('../../../../shared/fixtures/dify/tables/list_operator.jsonl', import.meta.url);
const rows = existsSync(table)
  ? readFileSync(table, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
      // Lists of objects are refused there; here they are what the node is used for most.
      .filter((row) => row.type !== 'array[object]')
  : [];

/** The parameters that mean what a recorded configuration means. */
function parametersOf({ config, type }: Row): Record<string, Json> {
  const params: Record<string, Json> = {};
  if (config.filter_by?.enabled) {
    params.conditions = config.filter_by.conditions.map(({ comparison_operator: op, value }) => ({
      op: DIFY_OPERATORS[op]?.op ?? op,
      right: type === 'array[number]' ? Number(value) : value,
    }));
  }
  if (config.order_by?.enabled) params.order = config.order_by.value === 'asc' ? 'ascending' : 'descending';
  if (config.limit?.enabled) params.limit = config.limit.size;
  if (config.extract_by?.enabled) {
    const serial = Number(config.extract_by.serial);
    // A negative one counts from the end here; there it is refused.
    params.extract = serial < 0 ? 0 : serial;
  }
  return params;
}

describe.skipIf(rows.length === 0)('recorded list operations of Dify (skipped without their table)', () => {
  it.each(rows.map((row) => [JSON.stringify(row.config), JSON.stringify(row.values), row] as const))(
    '%s of %s',
    async (_, __, row) => {
      const run = operate({ ...parametersOf(row), lastField: 'last' }, row.values);
      if (row.outputs === undefined) await expect(run).rejects.toThrow('extract');
      else expect(await run).toEqual(row.outputs);
    },
  );
});
