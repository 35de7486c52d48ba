/**
 * Owns fields whose value is the name of something else here: a secret, another workflow. Chosen from what there is; a
 * name that is not there yet is kept and said. A secret's value is never here, only its name.
 */
import { KeyRound, Workflow } from 'lucide-react';
import type { ParameterView } from '@rondo/api/schemas/node.ts';
import { useApi } from '../../app/api.ts';
import { useMay } from '../../app/session.ts';
import { Select } from '../../ui/input.tsx';
import { Link } from 'wouter';
import { addressOfPlace } from '../../app/addresses.ts';

export type Named = 'secret' | 'workflow';

/** What a parameter names; null: it is text like any other. */
export function namedBy(spec: ParameterView, type: string): Named | null {
  if (spec.type !== 'string' || spec.enum !== undefined) return null;
  if (/^(\w+: )?name of the secret\b/i.test(spec.description)) return 'secret';
  return type === 'sub-workflow' && spec.name === 'workflow' ? 'workflow' : null;
}

export interface NamedFieldProps {
  id: string;
  named: Named;
  value: unknown;
  onChange(value: string | undefined): void;
  readOnly: boolean;
}

const MOST = 200;

export function NamedField({ id, named, value, onChange, readOnly }: NamedFieldProps) {
  const may = useMay('secret:use');
  const secrets = useApi('GET /secrets', {}, { enabled: named === 'secret' && may.allowed, staleTime: 30_000 }).data;
  const workflows = useApi(
    'GET /workflows',
    { query: { limit: MOST } },
    { enabled: named === 'workflow', staleTime: 30_000 },
  ).data;
  const current = typeof value === 'string' ? value : '';
  const known: (readonly [string, string])[] =
    named === 'secret'
      ? (secrets?.secrets.map(
          (one) => [one.name, one.ending === '' ? one.name : `${one.name}, ends in …${one.ending}`] as const,
        ) ?? [])
      : (workflows?.items.map((one) => [one.id, one.name] as const) ?? []);
  const loaded = named === 'secret' ? secrets !== undefined : workflows !== undefined;
  const isKnown = known.some(([one]) => one === current);
  const options: (readonly [string, string])[] = [
    ['', named === 'secret' ? 'no secret' : 'choose a workflow'],
    ...known,
  ];
  if (current !== '' && !isKnown) options.push([current, loaded ? `${current} (not here yet)` : current]);
  const Icon = named === 'secret' ? KeyRound : Workflow;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Icon size={14} aria-hidden className="flex-none text-ink3" />
      <span className="grid min-w-0 flex-1">
        <Select
          id={id}
          value={current}
          options={options}
          disabled={readOnly}
          onChange={(next) => onChange(next === '' ? undefined : next)}
        />
      </span>
      {named === 'secret' && loaded && !isKnown && (
        <Link href={addressOfPlace.secrets()} className="flex-none text-meta underline underline-offset-3">
          Set it up
        </Link>
      )}
      {named === 'workflow' && isKnown && (
        <Link href={addressOfPlace.workflow(current)} className="flex-none text-meta underline underline-offset-3">
          Open
        </Link>
      )}
    </span>
  );
}
