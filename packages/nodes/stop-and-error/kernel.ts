/** Owns the work of Stop and Error. Runs inside the isolate. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { KernelCall, KernelResult } from '@rondo/core/model/node-type.ts';
import { readObject, readText } from '../kit/read.ts';

const NOTHING = Object.freeze({});

export function run({ params }: KernelCall): KernelResult {
  const data = readObject(params, 'data', NOTHING);
  throw new FailureError(
    failure('stopped-by-node', readText(params, 'message'), {
      retry: 'no',
      ...(Object.keys(data).length === 0 ? {} : { data }),
    }),
  );
}
