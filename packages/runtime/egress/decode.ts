/**
 * Owns decompression of whole bodies under the limits of size and ratio. Does not receive bodies.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { FailureError, failure } from '@rondo/core/errors.ts';
import { limitFailure } from '@rondo/core/model/limits.ts';

/** Below this size a high ratio is ordinary (repetitive JSON), and harmless. */
const RATIO_FREE_BYTES = 1024 * 1024;
const MOST_LAYERS = 3;

type Inflate = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const gunzip = promisify(zlib.gunzip) as Inflate;
const inflate = promisify(zlib.inflate) as Inflate;
const inflateRaw = promisify(zlib.inflateRaw) as Inflate;
const unbrotli = promisify(zlib.brotliDecompress) as Inflate;
const unzstd = promisify(zlib.zstdDecompress) as Inflate;

const DECODERS: Record<string, Inflate> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  br: unbrotli,
  zstd: unzstd,
  // Servers send both zlib and raw streams under this name; the first byte tells.
  deflate: (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflate(bytes, options) : inflateRaw(bytes, options)),
};

export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

export interface DecodeLimits {
  bytes: number;
  ratio: number;
  /** What the messages say was being received. */
  where: string;
}

/** The body without its content encodings. Throws FailureError limit-reached or http-failed. */
export async function decodeBody(body: Uint8Array, encoding: string, limits: DecodeLimits): Promise<Uint8Array> {
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map((layer) => layer.trim())
    .filter((layer) => layer !== '' && layer !== 'identity');
  if (layers.length === 0 || body.byteLength === 0) return body;
  if (layers.length > MOST_LAYERS) {
    throw new FailureError(
      failure('http-failed', `${limits.where}: the body is compressed ${layers.length} times`, { retry: 'no' }),
    );
  }
  const byRatio = Math.max(RATIO_FREE_BYTES, body.byteLength * limits.ratio);
  const most = Math.min(limits.bytes, byRatio);
  let bytes = body;
  for (const layer of layers.reverse()) {
    const decode = DECODERS[layer];
    // An encoding that we did not ask for and do not know is handed on as it came.
    if (decode === undefined) return body;
    try {
      bytes = await decode(bytes, { maxOutputLength: most });
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
        throw new FailureError(
          byRatio < limits.bytes
            ? limitFailure('http.ratio', limits.ratio, limits.where, `${body.byteLength} bytes as received`)
            : limitFailure('http.bytes', limits.bytes, limits.where),
        );
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new FailureError(
        failure('http-failed', `${limits.where}: the body is not valid ${layer} (${reason})`, { retry: 'yes' }),
      );
    }
  }
  return bytes;
}
