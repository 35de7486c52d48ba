/**
 * Owns the contracts about secrets. Values go in only: what comes out is a name, hosts, and the last characters of a
 * long value. Does not encrypt or send (packages/runtime/services).
 */
import type { accountContracts } from '@rondo/api/contracts/accounts.ts';
import type { Secret } from '@rondo/api/schemas/account.ts';
import { FailureError } from '@rondo/core/errors.ts';
import { StoreError } from '@rondo/core/ports.ts';
import type { SecretStore } from '@rondo/runtime/services/services.ts';
import type { Audit } from '../access/audit.ts';
import { secretsIn } from '../access/attach.ts';
import { Problem } from '../http/problem.ts';
import { probeIn, type Probe } from '../secrets/probe.ts';
import { trySecret } from '../secrets/try.ts';
import type { StudioDb } from '../store/studio-db.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { callerOf } from './context.ts';
import type { Handlers } from './implement.ts';

type SecretHandlers = Pick<
  Handlers<typeof accountContracts>,
  'listSecrets' | 'putSecret' | 'deleteSecret' | 'testSecret'
>;

export interface SecretParts {
  secrets(): Promise<SecretStore>;
  workflows(): readonly Workflow[];
  uses: SecretUses;
  audit: Audit;
  now(): number;
  /** Networks that the guard lets through besides public ones. */
  egressAllow(): readonly string[];
}

type Tested = NonNullable<Secret['tested']>;

/** When secrets were used last, as runners say, and what the last test said. */
export interface SecretUses {
  note(name: string, at: number): void;
  of(name: string): number | null;
  tested(name: string): Tested | null;
  noteTest(name: string, test: Tested): void;
  /** Another value: what was said of the one before does not hold. */
  forgetTest(name: string): void;
}

const ENDING = 3;
/** Shorter values would tell too much of themselves. */
const LONG = 16;

export function createSecretUses(db: StudioDb): SecretUses {
  return {
    note(name, at) {
      const text = `insert into secret_uses (name, used_at) values (?1, ?2)
        on conflict (name) do update set used_at = max(used_at, ?2)`;
      db.change(text, name, at);
    },
    tested: (name) => db.first<Tested>('select at, called, verdict from secret_tests where name = ?', name) ?? null,
    noteTest(name, { at, called, verdict }) {
      const text = `insert into secret_tests (name, at, called, verdict) values (?1, ?2, ?3, ?4)
        on conflict (name) do update set at = ?2, called = ?3, verdict = ?4`;
      db.change(text, name, at, called, verdict);
    },
    forgetTest: (name) => void db.change('delete from secret_tests where name = ?', name),
    of: (name) => db.first<{ at: number }>('select used_at as at from secret_uses where name = ?', name)?.at ?? null,
  };
}

export function secretHandlers(parts: SecretParts): SecretHandlers {
  const shown = async (store: SecretStore, only?: string): Promise<Secret[]> => {
    const users = usersOf(parts.workflows());
    return (await store.list())
      .filter(({ name }) => only === undefined || name === only)
      .map(({ name, hosts, updatedAt }) => ({
        name,
        hosts,
        changedAt: updatedAt,
        usedAt: parts.uses.of(name),
        ending: endingOf(store, name),
        usedBy: users.get(name) ?? [],
        tested: tested(parts.uses.tested(name)),
      }));
  };
  return {
    async listSecrets() {
      return { secrets: await shown(await parts.secrets()) };
    },
    async putSecret({ params: { name }, body, caller: known, request }) {
      const caller = callerOf({ caller: known });
      const store = await parts.secrets();
      const { value, hosts } = body;
      const isThere = (await store.list()).some((one) => one.name === name);
      if (value === undefined && !isThere) {
        throw new Problem(422, 'value-missing', `There is no secret ${name} yet: give its value.`);
      }
      try {
        const kept = value ?? store.value(name)?.value ?? '';
        await store.put(name, kept, hosts === undefined ? {} : { hosts });
      } catch (error) {
        if (error instanceof FailureError) throw new Problem(422, error.failure.code, error.message);
        throw error;
      }
      if (value !== undefined) parts.uses.forgetTest(name);
      const action = value === undefined ? 'secret.hosts' : isThere ? 'secret.replace' : 'secret.create';
      parts.audit.add({ who: caller.name, action, object: name, address: request.ip });
      const [secret] = await shown(store, name);
      if (secret === undefined)
        throw new Problem(409, 'changed-meanwhile', `The secret ${name} was removed meanwhile.`);
      return secret;
    },
    async testSecret({ params: { name }, body: { url }, caller: known, request }) {
      const caller = callerOf({ caller: known });
      const store = await parts.secrets();
      const found = (await store.list()).find((one) => one.name === name);
      if (found === undefined) throw new Problem(404, 'not-found', `There is no secret ${name}.`);
      const probe = url === undefined ? probeFor(parts.workflows(), name) : { url, as: { kind: 'bearer' } as const };
      if (probe === null) {
        const why = `No workflow says how ${name} is sent over HTTP. Give an address; it is sent there as a bearer token.`;
        throw new Problem(422, 'address-needed', why, { more: { fields: [{ path: '/url', message: why }] } });
      }
      const lookup = (wanted: string) => store.value(wanted);
      const test = await trySecret({ name, probe, lookup, egressAllow: parts.egressAllow() });
      const { called, verdict } = test;
      parts.uses.noteTest(name, { at: parts.now(), called, verdict });
      parts.audit.add({ who: caller.name, action: 'secret.test', object: `${name}: ${called}`, address: request.ip });
      return test;
    },
    async deleteSecret({ params: { name }, caller: known, request }) {
      const caller = callerOf({ caller: known });
      if (!(await (await parts.secrets()).remove(name))) {
        throw new Problem(404, 'not-found', `There is no secret ${name}.`);
      }
      parts.uses.forgetTest(name);
      parts.audit.add({ who: caller.name, action: 'secret.delete', object: name, address: request.ip });
    },
  };
}

/** A row of the database is none of ours. */
const tested = (row: Tested | null): Tested | null => (row === null ? null : { ...row });

/** Empty for a short value, and for one that another key encrypted. */
function endingOf(store: SecretStore, name: string): string {
  try {
    const value = store.value(name)?.value ?? '';
    return value.length < LONG ? '' : value.slice(-ENDING);
  } catch (error) {
    if (error instanceof StoreError) return '';
    throw error;
  }
}

function probeFor(workflows: readonly Workflow[], name: string): Probe | null {
  for (const { definition } of workflows) {
    const probe = definition === null ? null : probeIn(definition.nodes, name);
    if (probe !== null) return probe;
  }
  return null;
}

function usersOf(workflows: readonly Workflow[]): Map<string, { id: string; name: string }[]> {
  const users = new Map<string, { id: string; name: string }[]>();
  for (const { key, name, definition } of workflows) {
    for (const secret of definition === null ? [] : secretsIn(definition)) {
      const known = users.get(secret) ?? [];
      users.set(secret, [...known, { id: key, name }]);
    }
  }
  return users;
}
