/**
 * Owns operations over many values that keep one value, not the list: count, sum, average, min, max,
 * first, last, concat, unique, countUnique; and `list`, which is the list. Runs inside the isolate.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { canonical, compareJson, isMissing } from './order.ts';

export const OPERATIONS = [
  'count',
  'sum',
  'average',
  'min',
  'max',
  'first',
  'last',
  'concat',
  'unique',
  'countUnique',
  'list',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Accumulator {
  /** False: the operation cannot take this value. */
  add(value: Json): boolean;
  end(): Json;
}

/** Missing values do not reach an accumulator. */
export function accumulator(operation: Operation, separator: string): Accumulator {
  switch (operation) {
    case 'count':
      return counting();
    case 'sum':
    case 'average':
      return summing(operation === 'average');
    case 'min':
      return choosing((a, b) => compareJson(a, b) < 0);
    case 'max':
      return choosing((a, b) => compareJson(a, b) > 0);
    case 'first':
      return choosing(() => false);
    case 'last':
      return choosing(() => true);
    case 'concat':
      return joining(separator);
    case 'unique':
      return collecting(true);
    case 'countUnique':
      return countingUnique();
    case 'list':
      return collecting(false);
  }
}

function counting(): Accumulator {
  let count = 0;
  return {
    add() {
      count += 1;
      return true;
    },
    end: () => count,
  };
}

function countingUnique(): Accumulator {
  const seen = new Set<string>();
  return {
    add(value) {
      seen.add(canonical(value));
      return true;
    },
    end: () => seen.size,
  };
}

/** Neumaier's sum: what rounding loses is kept beside it, so ten times 0.1 is 1. */
function summing(average: boolean): Accumulator {
  let sum = 0;
  let lost = 0;
  let count = 0;
  return {
    add(value) {
      if (typeof value !== 'number') return false;
      const next = sum + value;
      lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
      count += 1;
      return true;
    },
    end() {
      if (average) return count === 0 ? null : (sum + lost) / count;
      return sum + lost;
    },
  };
}

function choosing(better: (value: Json, than: Json) => boolean): Accumulator {
  let chosen: Json = null;
  let any = false;
  return {
    add(value) {
      if (!any || better(value, chosen)) chosen = value;
      any = true;
      return true;
    },
    end: () => chosen,
  };
}

function joining(separator: string): Accumulator {
  let text = '';
  let any = false;
  return {
    add(value) {
      const part = typeof value === 'string' ? value : JSON.stringify(value);
      text += any ? separator + part : part;
      any = true;
      return true;
    },
    end: () => text,
  };
}

function collecting(unique: boolean): Accumulator {
  const values: Json[] = [];
  const seen = new Set<string>();
  return {
    add(value) {
      if (unique) {
        const key = canonical(value);
        if (seen.has(key)) return true;
        seen.add(key);
      }
      values.push(value);
      return true;
    },
    end: () => values,
  };
}

/** Whether operations pass over the value. */
export const isSkipped = (value: Json | undefined): boolean => isMissing(value);
