/**
 * Owns second factors of people: a secret that an authenticator app shares, and recovery codes for the day it is lost.
 * The secret is encrypted by the key of the secrets, recovery codes are kept as hashes, no code is taken twice. Does not
 * sign in, and does not bound attempts (api/second-factor.ts).
 */
import { randomBytes } from 'node:crypto';
import type { OwnSecrets } from '@rondo/runtime/services/secrets/secret-store.ts';
import { Problem } from '../http/problem.ts';
import type { StudioDb } from '../store/studio-db.ts';
import { hashOf } from './random.ts';
import { base32, newTotpSecret, stepAt, stepOf } from './totp.ts';

export type Accepted = 'code' | 'recovery' | null;

export interface SecondFactors {
  isOn(person: string): boolean;
  codesLeft(person: string): number;
  /** A new secret, which counts when a code of it was given. Throws Problem 409 when one counts already. */
  begin(person: string): Promise<string>;
  /** From now on it counts. Recovery codes, shown this once; null: the code is not right. */
  confirm(person: string, code: string): Promise<string[] | null>;
  /** What the code is; null: not right, or used before. */
  accept(person: string, code: string): Promise<Accepted>;
  /** False: there was none. */
  remove(person: string): Promise<boolean>;
}

const CODES = 10;
/** 80 bits, four groups of four: too many to be tried against their hashes. */
const CODE_BYTES = 10;

/** `own`: of the store of secrets. */
export function createSecondFactors(db: StudioDb, own: () => Promise<OwnSecrets>, now: () => number): SecondFactors {
  const nameOf = (person: string): string => `second-factor ${person}`;
  const rowOf = (person: string): { confirmedAt: number | null } | undefined =>
    db.first('select confirmed_at as confirmedAt from second_factors where person = ?', person);
  const isOn = (person: string): boolean => (rowOf(person)?.confirmedAt ?? null) !== null;

  /** Each step once, also where two requests bring the same code. */
  const use = (person: string, step: number): boolean =>
    db.change('update second_factors set last_step = ?2 where person = ?1 and last_step < ?2', person, step) === 1;

  const stepFor = async (person: string, code: string): Promise<number | null> => {
    const secret = (await own()).value(nameOf(person));
    return secret === null ? null : stepOf(secret, code, now());
  };

  return {
    isOn,
    codesLeft: (person) =>
      db.first<{ count: number }>('select count(*) as count from recovery_codes where person = ?', person)?.count ?? 0,
    async begin(person) {
      if (isOn(person)) throw new Problem(409, 'second-factor-on', 'There is a second factor. Turn it off first.');
      const secret = newTotpSecret();
      await (await own()).put(nameOf(person), secret);
      const text = `insert into second_factors (person, confirmed_at, last_step) values (?1, null, ?2)
        on conflict (person) do update set confirmed_at = null, last_step = ?2`;
      // A code that was shown before the secret was made is of no secret of ours.
      db.change(text, person, stepAt(now()) - 2);
      return secret;
    },
    async confirm(person, code) {
      const step = await stepFor(person, tidy(code));
      if (step === null || rowOf(person) === undefined) return null;
      if (isOn(person)) throw new Problem(409, 'second-factor-on', 'There is a second factor already.');
      const codes = Array.from({ length: CODES }, newRecoveryCode);
      return db.transaction(() => {
        if (!use(person, step)) return null;
        db.change('update second_factors set confirmed_at = ? where person = ?', now(), person);
        db.change('delete from recovery_codes where person = ?', person);
        for (const one of codes) {
          db.change('insert into recovery_codes (hash, person) values (?, ?)', hashOf(tidy(one)), person);
        }
        return codes;
      });
    },
    async accept(person, given) {
      const code = tidy(given);
      if (!isOn(person)) return null;
      if (/^\d{6}$/.test(code)) {
        const step = await stepFor(person, code);
        return step !== null && isOn(person) && use(person, step) ? 'code' : null;
      }
      const gone = db.change('delete from recovery_codes where hash = ? and person = ?', hashOf(code), person);
      return gone === 1 ? 'recovery' : null;
    },
    async remove(person) {
      const was = isOn(person);
      if (rowOf(person) === undefined) return false;
      db.transaction(() => {
        db.change('delete from second_factors where person = ?', person);
        db.change('delete from recovery_codes where person = ?', person);
      });
      await (await own()).remove(nameOf(person));
      return was;
    },
  };
}

/** As it was shown, however it was typed. */
const tidy = (code: string): string => code.replace(/[\s-]+/g, '').toUpperCase();

function newRecoveryCode(): string {
  return (base32(randomBytes(CODE_BYTES)).match(/.{4}/g) ?? []).join('-');
}
