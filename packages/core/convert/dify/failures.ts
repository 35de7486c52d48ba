/** Owns what the error settings of a Dify node are natively: retries, a branch for failures, values instead. */
import type { LoopSettings } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { textIn, type Members } from './document.ts';
import { plain, quoted } from './expression.ts';
import { integerIn, membersOf, objects } from './mapping.ts';

/** Port of what failed. */
export const ERROR_PORT = 'error';

export const hasStrategy = (data: Members): boolean =>
  data.error_strategy === 'fail-branch' || data.error_strategy === 'default-value';

/** Loop settings of a node; empty where a failure ends the run. */
export function failureSettings(data: Members, types: Readonly<Record<string, string>>): LoopSettings {
  const retry = membersOf(data.retry_config);
  const times = integerIn(retry.max_retries) ?? 3;
  const told: Record<string, Json> = {
    error_message: '{{ $error.message }}',
    error_type: `{{ $error.data?.type ?? ${typeCode(types)} }}`,
  };
  return {
    ...(retry.retry_enabled === true && times > 0
      ? {
          retry: {
            times: Math.min(times, 100),
            delay: integerIn(retry.retry_interval) ?? 1000,
            backoff: 1,
            always: true,
          },
        }
      : {}),
    ...(data.error_strategy === 'fail-branch' ? { onError: 'port' as const, fallback: told } : {}),
    ...(data.error_strategy === 'default-value'
      ? { onError: 'item' as const, fallback: { ...defaults(data.default_value), ...told } }
      : {}),
  };
}

function typeCode(types: Readonly<Record<string, string>>): string {
  const other = quoted(types[''] ?? 'NodeError');
  const coded = Object.entries(types).filter(([code]) => code !== '');
  return coded.reduce((rest, [code, type]) => `($error.code === ${quoted(code)} ? ${quoted(type)} : ${rest})`, other);
}

function defaults(list: Json | undefined): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const one of objects(list)) {
    const key = textIn(one.key);
    if (key !== '') values[key] = plain(typed(textIn(one.type), one.value ?? null));
  }
  return values;
}

/** Forms hold numbers, objects and lists as text. */
function typed(type: string, value: Json): Json {
  if (typeof value !== 'string' || type === 'string' || type === '') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
