/**
 * Owns the tables of studio.db, as the steps that made them: step n takes a file of version n to n + 1. A step that
 * was released is never changed; a change is a new step at the end. Does not run them.
 */
export const MIGRATIONS: readonly string[] = [
  // People, sessions, tokens, the audit log, settings, when secrets were used.
  `
  create table people (
    id text primary key,
    name text not null,
    -- as it is compared: two people cannot have names that differ in case only
    name_key text not null unique,
    role text not null,
    password text not null,
    created_at integer not null,
    seen_at integer
  ) without rowid;
  create unique index people_owner on people (role) where role = 'owner';

  create table sessions (
    hash blob primary key,
    id text not null unique,
    person text not null references people (id) on delete cascade,
    created_at integer not null,
    seen_at integer not null,
    agent text not null,
    address text not null
  ) without rowid;
  create index sessions_person on sessions (person);

  create table tokens (
    hash blob primary key,
    id text not null unique,
    name text not null,
    scopes text not null,
    workflows text not null,
    created_at integer not null,
    created_by text not null,
    expires_at integer,
    used_at integer
  ) without rowid;

  create table audit (
    id integer primary key,
    at integer not null,
    who text not null,
    action text not null,
    object text,
    address text,
    hash blob not null
  );
  create trigger audit_stays before update on audit begin select raise(abort, 'the audit log is append only'); end;
  create trigger audit_kept before delete on audit begin select raise(abort, 'the audit log is append only'); end;

  create table settings (
    name text primary key,
    value text not null,
    changed_at integer not null,
    changed_by text not null
  ) without rowid;

  create table secret_uses (
    name text primary key,
    used_at integer not null
  ) without rowid;
  `,
  // Versions of workflows, who asked for runs, conversations of the chat API.
  `
  create table workflow_versions (
    workflow text not null,
    version integer not null,
    hash blob not null,
    text text not null,
    changed_at integer not null,
    changed_by text,
    note text,
    primary key (workflow, version)
  ) without rowid;
  create index workflow_versions_hash on workflow_versions (workflow, hash);

  create table run_askers (
    run text primary key,
    workflow text not null,
    version integer,
    started_by text,
    created_at integer not null
  ) without rowid;
  create index run_askers_workflow on run_askers (workflow, version);

  create table conversations (
    id text primary key,
    workflow text not null,
    user text not null,
    name text not null,
    inputs text not null,
    created_at integer not null,
    updated_at integer not null
  ) without rowid;
  create index conversations_user on conversations (workflow, user, updated_at);

  create table messages (
    id text primary key,
    conversation text not null references conversations (id) on delete cascade,
    run text not null,
    inputs text not null,
    query text not null,
    answer text not null,
    status text not null,
    error text,
    rating text,
    created_at integer not null
  ) without rowid;
  create index messages_conversation on messages (conversation, created_at);
  `,
  // Second factors: the secret itself lies encrypted in services.db.
  `
  create table second_factors (
    person text primary key references people (id) on delete cascade,
    -- null: begun; no code of it was given yet
    confirmed_at integer,
    -- the newest half minute whose code was taken
    last_step integer not null
  ) without rowid;

  create table recovery_codes (
    hash blob primary key,
    person text not null references people (id) on delete cascade
  ) without rowid;
  create index recovery_codes_person on recovery_codes (person);
  `,
  // What happened to runs from outside, for their timeline.
  `
  create table run_marks (
    id integer primary key,
    run text not null,
    at integer not null,
    who text,
    what text not null,
    path text,
    detail text
  );
  create index run_marks_run on run_marks (run, id);
  `,
  // When secrets were tried last, and what came of it.
  `
  create table secret_tests (
    name text primary key,
    at integer not null,
    called text not null,
    verdict text not null
  ) without rowid;
  `,
];
