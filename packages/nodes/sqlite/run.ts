/** Owns one call of the SQLite node: its file from parameters; kit/sql does the rest. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FilePort } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { readText } from '../kit/read.ts';
import { runSql } from '../kit/sql/run.ts';
import { dialect } from './dialect.ts';
import { openSession } from './session.ts';

/** The door that a library with its own file access needs: the checked path itself. */
interface LocatingFiles extends FilePort {
  locate?(path: string, access: 'read' | 'write'): Promise<string>;
}

async function locate(call: EffectCall, file: string, access: 'read' | 'write'): Promise<string> {
  const files: LocatingFiles = call.ports.files;
  if (files.locate === undefined) {
    throw new FailureError(failure('file-failed', `file "${file}": this run cannot open databases.`, { retry: 'no' }));
  }
  return files.locate(file, access);
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const file = readText(call.params, 'file');
  const readOnly = call.params['operation'] === 'query' || call.params['operation'] === 'select';
  const path = await locate(call, file, readOnly ? 'read' : 'write');
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
