/** Owns one call of the PostgreSQL node: its server from parameters; kit/sql does the rest. */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { withSecretFields } from '../kit/secret-fields.ts';
import { runSql } from '../kit/sql/run.ts';
import { keyOf, readServer, whereOf } from '../kit/sql/server.ts';
import { dialect } from './dialect.ts';
import { openSession } from './session.ts';

const DEFAULTS = { schemes: ['postgres', 'postgresql'], port: 5432 };

export function run(call: EffectCall): Promise<EffectResult> {
  const server = readServer(withSecretFields(call, call.params), DEFAULTS);
  return runSql(call, {
    dialect,
    open: () => openSession(call, server),
    key: keyOf('postgres', server),
    where: `postgres ${whereOf(server)}`,
    connections: Number(call.params['connections'] ?? 10),
  });
}
