/** Owns how a field of the data is carried into a form: what a drag holds, and what a drop reads. */
const TYPE = 'application/x-rondo-path';

export function carryCode(data: DataTransfer, code: string): void {
  data.setData(TYPE, code);
  data.setData('text/plain', `{{ ${code} }}`);
  data.effectAllowed = 'copy';
}

/** Null: something else is dropped. */
export function droppedCode(data: DataTransfer | null): string | null {
  const code = data?.getData(TYPE) ?? '';
  return code === '' ? null : code;
}
