/** Owns one call of the SQLite node: its file from parameters; kit/sql does the rest. */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readText } from '../kit/read.ts';
import { runSql } from '../kit/sql/run.ts';
import { dialect } from './dialect.ts';
import { openSession } from './session.ts';

export async function run(call: EffectCall): Promise<EffectResult> {
  const file = readText(call.params, 'file');
  const readOnly = call.params['operation'] === 'query' || call.params['operation'] === 'select';
  const path = await call.ports.files.locate(file, readOnly ? 'read' : 'write');
  const create = !readOnly && call.params['create'] === true;
  return runSql(call, {
    dialect,
    open: () => openSession({ path, readOnly, create }),
    key: `sqlite ${path} ${readOnly ? 'read' : 'write'} ${create}`,
    where: `sqlite ${file}`,
    // Writers take turns anyway, and each connection is a process.
    connections: 1,
  });
}
