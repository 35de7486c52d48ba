/** Owns one call of the Compress node: which files are packed under which names. kit/formats packs them. */
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { FileRef, Item } from '@rondo/core/model/item.ts';
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { blobsOf, bytesOfField, carriedFile } from '../kit/formats/carried.ts';
import { CODEC, CODECS, type Codec } from '../kit/formats/codecs.ts';
import { delivered } from '../kit/formats/delivery.ts';
import { distinctName, safeEntryName } from '../kit/formats/entry-names.ts';
import { packArchive, packStream, type ArchiveFormat, type PackFile } from '../kit/formats/pack.ts';
import { readChoice, readInteger, readText, readTextList } from '../kit/read.ts';

const ARCHIVES = ['zip', 'tar', 'tar.gz'] as const;

function carried(call: EffectCall, item: Item): { name: string; ref: FileRef }[] {
  const wanted = readTextList(call.params, 'files', []);
  const names = wanted.length === 0 ? Object.keys(item.files ?? {}) : wanted;
  return names.map((name) => carriedFile(item, name));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function filesOf(call: EffectCall, item: Item, isArchive: boolean): PackFile[] {
  const from = readChoice(call.params, 'from', ['file', 'base64', 'text'] as const, 'file');
  if (from === 'file') {
    const blobs = blobsOf(call);
    return carried(call, item).map(({ name, ref }) => ({
      name: ref.name === undefined || ref.name === '' ? name : ref.name,
      size: ref.size,
      pieces: () => blobs.read(ref.blob),
    }));
  }
  const bytes = bytesOfField(item, readText(call.params, 'field', 'data'), from);
  const given = isArchive ? '' : readText(call.params, 'name', '');
  const name = given === '' ? (from === 'text' ? 'data.txt' : 'data') : given;
  return [{ name, size: bytes.byteLength, pieces: () => once(bytes) }];
}

async function* watched(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    signal.throwIfAborted();
    yield piece;
  }
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const { params, signal } = call;
  const format = readChoice(params, 'format', [...ARCHIVES, ...CODECS], 'zip');
  const isArchive = (ARCHIVES as readonly string[]).includes(format);
  const used = new Set<string>();
  const files = call.items
    .flatMap((item) => filesOf(call, item, isArchive))
    .map((file) => {
      const name = safeEntryName(file.name, 'the files to pack');
      return { ...file, name: isArchive ? distinctName(name, used) : name };
    });
  if (files.length === 0) {
    throw new FailureError(
      failure('node-failed', 'There is no file to pack: the items carry none.', {
        retry: 'no',
        fix: 'Give them one with Read File (format binary) or Make File, or set from to base64 or text.',
      }),
    );
  }
  if (isArchive) {
    const level = format === 'tar' ? 0 : readInteger(params, 'level', 0, 9, 6);
    const given = readText(params, 'name', '');
    const name = given === '' ? `archive.${format}` : given;
    const bytes = packArchive(format as ArchiveFormat, files, level);
    return { items: [await delivered(call, name, watched(bytes, signal), { files: files.length })] };
  }
  const codec = format as Codec;
  const { levels, extension } = CODEC[codec];
  const level = readInteger(params, 'level', levels.least, levels.most, levels.usual);
  const items: Item[] = [];
  for (const file of files) {
    items.push(await delivered(call, `${file.name}.${extension}`, watched(packStream(codec, file, level), signal)));
  }
  return { items };
}
