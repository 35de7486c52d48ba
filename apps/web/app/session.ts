/**
 * Owns who is using the studio and what they may do. Asks the server; the table of roles is packages/api/access.ts.
 * Does not sign in (start/).
 */
import { ROLE_SCOPES, type Role, type Scope } from '@rondo/api/access.ts';
import type { Me } from '@rondo/api/schemas/account.ts';
import { ApiError, call, keyOf, queryClient, useApi } from './api.ts';

export type SessionState =
  | { kind: 'loading' }
  | { kind: 'setup' }
  | { kind: 'signed-out' }
  | { kind: 'signed-in'; me: Me }
  | { kind: 'unreachable'; error: Error };

const SESSION = 5 * 60_000;

export function useSession(): SessionState {
  const { data, error } = useApi('GET /me', {}, { staleTime: SESSION });
  // Before the data, which stays as it was when a session ends.
  if (error instanceof ApiError && error.status === 401) {
    return { kind: error.code === 'setup-needed' ? 'setup' : 'signed-out' };
  }
  if (data !== undefined) return data.setup ? { kind: 'setup' } : { kind: 'signed-in', me: data };
  if (error !== null) return { kind: 'unreachable', error };
  return { kind: 'loading' };
}

export interface May {
  allowed: boolean;
  /** Why not, for the tooltip of a disabled button: "Needs the role editor. You are viewer." Empty when allowed. */
  why: string;
}

/** Whether the user may do what this scope stands for. Everything else is asked of the server anyway. */
export function useMay(scope: Scope): May {
  const { data } = useApi('GET /me', {}, { staleTime: SESSION });
  if (data === undefined) return { allowed: false, why: '' };
  return mayOf(data, scope);
}

export function mayOf({ role, scopes }: Pick<Me, 'role' | 'scopes'>, scope: Scope): May {
  if (scopes.includes(scope)) return { allowed: true, why: '' };
  const least = (Object.keys(ROLE_SCOPES) as Role[]).find((one) => ROLE_SCOPES[one].includes(scope));
  return { allowed: false, why: `Needs the role ${least ?? 'admin'}. You are ${role}.` };
}

export function setMe(me: Me): void {
  queryClient.setQueryData(keyOf('GET /me', {}), me);
}

export async function signOut(): Promise<void> {
  await call('DELETE /session', {});
  queryClient.clear();
  location.assign('/sign-in');
}
