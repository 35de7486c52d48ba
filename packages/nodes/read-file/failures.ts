/** Owns the words of failures about a file's content. */
import { failure, FailureError } from '@rondo/core/errors.ts';

export function unreadable(path: string, reason: string): FailureError {
  return new FailureError(failure('file-failed', `file "${path}": ${reason}`, { retry: 'no', data: { path, reason } }));
}
