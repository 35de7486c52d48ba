/**
 * Owns making the owner: as long as there is none, one token that is printed as a link and works once. An owner who
 * cannot sign in any more gets such a link by a start that asks for it; that one is good for a quarter of an hour. The
 * token is in the memory of this process only: another start prints another one, or none.
 */
import { Problem } from '../http/problem.ts';
import type { People, Person } from './people.ts';
import { isSame, newSecret } from './random.ts';

export interface OwnerSetup {
  /** Nobody owns this installation yet. */
  isNeeded(): boolean;
  /** Path of the link; null when it leads nowhere. */
  path(): string | null;
  /** Throws Problem 403 for a wrong token, 409 when there is an owner already. */
  make(token: string, name: string, password: string): Promise<Person>;
}

export interface OwnerSetupOptions {
  people: People;
  now: () => number;
  /** Ends what the owner was signed in with. */
  signOut(person: string): void;
  /** Gives the owner a new name and password. */
  reset: boolean;
}

export const RESET_MS = 15 * 60_000;

export function createOwnerSetup({ people, now, signOut, reset }: OwnerSetupOptions): OwnerSetup {
  const until = people.hasOwner() ? now() + RESET_MS : Number.POSITIVE_INFINITY;
  let secret: string | null = !people.hasOwner() || reset ? newSecret() : null;
  /** A link is taken while its password is hashed, so that two requests cannot both use it. */
  let isTaken = false;
  const isOpen = (): boolean => secret !== null && now() < until;
  const isNeeded = (): boolean => !people.hasOwner();

  const change = async (name: string, password: string): Promise<Person> => {
    const owner = people.owner();
    if (owner === null) return people.create(name, password, 'owner');
    await people.rename(owner.id, name, password);
    signOut(owner.id);
    return people.owner() ?? owner;
  };

  return {
    isNeeded,
    path: () => (isOpen() ? `/setup?token=${secret}` : null),
    async make(token, name, password) {
      if (!isNeeded() && !isOpen())
        throw new Problem(409, 'owner-exists', 'This installation has an owner. Sign in instead.');
      if (secret === null || isTaken || !isOpen() || token === '' || !isSame(token, secret)) {
        throw new Problem(403, 'setup-token', 'This link is not the one that the server printed at its last start.');
      }
      isTaken = true;
      try {
        const owner = await change(name, password);
        secret = null;
        return owner;
      } finally {
        // A password that is not taken does not use the link up.
        isTaken = false;
      }
    },
  };
}
