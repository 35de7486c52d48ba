/**
 * Owns who may do what: scopes of routes and tokens, roles of people, and which scopes a role has. One table for
 * server, studio and documentation. Does not check anything.
 */
export const SCOPES = [
  /** For everybody; the route checks by itself whom it lets in. */
  'public',
  'workflow:read',
  'workflow:write',
  'run:start',
  'run:read',
  'secret:use',
  'secret:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that a token can have. */
export const TOKEN_SCOPES = SCOPES.filter((scope) => scope !== 'public') as readonly Exclude<Scope, 'public'>[];

export const ROLES = ['viewer', 'operator', 'editor', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

const VIEWER: readonly Scope[] = ['workflow:read', 'run:read'];
const OPERATOR: readonly Scope[] = [...VIEWER, 'run:start'];
const EDITOR: readonly Scope[] = [...OPERATOR, 'workflow:write', 'secret:use'];
const ADMIN: readonly Scope[] = [...EDITOR, 'secret:write', 'admin'];

/** Viewers see, operators start, cancel and re-run, editors change workflows, admins change everything. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: VIEWER,
  operator: OPERATOR,
  editor: EDITOR,
  admin: ADMIN,
  owner: ADMIN,
};
