/**
 * Owns making the owner: as long as there is none, one token that is printed as a link and works once. It is in the
 * memory of this process only: another start prints another one.
 */
import { Problem } from '../http/problem.ts';
import { isSame, newSecret } from './random.ts';
import type { People, Person } from './people.ts';

export interface OwnerSetup {
  isNeeded(): boolean;
  /** Path of the link; null when there is an owner. */
  path(): string | null;
  /** Throws Problem 403 for a wrong token, 409 when there is an owner. */
  make(token: string, name: string, password: string): Promise<Person>;
}

export function createOwnerSetup(people: People): OwnerSetup {
  let secret: string | null = people.hasOwner() ? null : newSecret();
  const isNeeded = (): boolean => secret !== null || !people.hasOwner();
  return {
    isNeeded,
    path: () => (secret === null ? null : `/setup?token=${secret}`),
    async make(token, name, password) {
      if (!isNeeded()) throw new Problem(409, 'owner-exists', 'This installation has an owner. Sign in instead.');
      if (secret === null || token === '' || !isSame(token, secret)) {
        throw new Problem(403, 'setup-token', 'This link is not the one that the server printed at its last start.');
      }
      const used = secret;
      // Taken before the password is hashed, so that two requests cannot both use it.
      secret = null;
      try {
        return await people.create(name, password, 'owner');
      } catch (error) {
        // A password that is not taken does not use the link up.
        secret = used;
        throw error;
      }
    },
  };
}
