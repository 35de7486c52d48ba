/** Owns writing multipart/form-data bodies. Does not read files. */
import type { NamedBytes } from '../item-files.ts';

export interface WrittenBody {
  body?: string | Uint8Array;
  contentType?: string;
}

/** Texts and files by field name; the platform writes the form, so names cannot break out of their header. */
export async function writeMultipart(
  fields: readonly (readonly [string, string | NamedBytes])[],
): Promise<WrittenBody> {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([Uint8Array.from(value.bytes)], { type: value.mime }), value.name);
  }
  const written = new Response(form);
  return {
    body: new Uint8Array(await written.arrayBuffer()),
    contentType: written.headers.get('content-type') ?? 'multipart/form-data',
  };
}
