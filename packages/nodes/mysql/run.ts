/** Owns one call of the MySQL node: its server from parameters; kit/sql does the rest. */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { withSecretFields } from '../kit/secret-fields.ts';
import { runSql } from '../kit/sql/run.ts';
import { keyOf, readServer, whereOf } from '../kit/sql/server.ts';
import { dialect } from './dialect.ts';
import { openSession } from './session.ts';

const DEFAULTS = { schemes: ['mysql', 'mariadb'], port: 3306 };

export function run(call: EffectCall): Promise<EffectResult> {
  const server = readServer(withSecretFields(call, call.params), DEFAULTS);
  return runSql(call, {
    dialect,
    open: () => openSession(call, server),
    key: keyOf('mysql', server),
    where: `mysql ${whereOf(server)}`,
    connections: Number(call.params['connections'] ?? 10),
  });
}
