/**
 * Owns where a database server is and how it is spoken to, read from parameters: address, user, secret, TLS.
 * Shared by all nodes that dial a server. Opens no connection.
 */
import { failure, FailureError } from '@rondo/core/errors.ts';
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { isObject } from '../paths.ts';
import { wrongParameter } from '../read.ts';
import { SECRET_FIELDS } from '../secret-fields.ts';

export interface Server {
  host: string;
  port: number;
  database: string;
  user: string;
  /** Name of the secret; '' for none. */
  secret: string;
  tls: 'off' | 'verify' | 'insecure';
  ca: string | null;
  connectMs: number;
}

/** What `tls` of the TLS of Node takes; the name is checked, the address is dialled. */
export interface TlsOptions {
  servername?: string;
  ca?: string;
  rejectUnauthorized: boolean;
}

const DEFAULT_CONNECT_MS = 10_000;

/** Parameters of the connection; `database` describes it, as the word differs. */
export function serverParameters(scheme: string, port: number, database: string): Record<string, ParameterSpec> {
  return {
    url: {
      type: 'string',
      description: `Address as one text, ${scheme}://user@host:${port}/database, instead of host, port, database and user. Without a password: name a secret.`,
    },
    host: { type: 'string', description: 'Name or address of the server.' },
    port: { type: 'integer', description: `Port. Default ${port}.`, min: 1, max: 65535 },
    database: { type: 'string', description: database },
    user: { type: 'string', description: 'User name.' },
    secret: { type: 'string', description: 'Name of the secret that holds the password.' },
    secrets: SECRET_FIELDS,
    tls: {
      type: 'object',
      description: 'Encryption. Default: on and verified; off for a server on this machine.',
      fields: {
        mode: {
          type: 'string',
          description: 'verify: certificate and name are checked · insecure: encrypted, not checked · off.',
          enum: ['verify', 'insecure', 'off'],
        },
        ca: { type: 'string', description: 'Certificate of the authority to trust, as PEM text.' },
      },
    },
    connectTimeout: { type: 'duration', description: 'Longest wait for a connection.', default: '10s' },
  };
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value.trim() : '');

function parseUrl(text: string, schemes: readonly string[]): URL {
  const url = URL.parse(text);
  if (url === null || !schemes.includes(url.protocol.slice(0, -1)) || url.hostname === '') {
    // The text itself may hold a password, so it is not shown.
    throw new FailureError(
      failure('bad-value', `url must be an address such as ${schemes[0]}://user@host/database.`, {
        retry: 'no',
        fix: 'Correct url, or give host, port, database and user.',
      }),
    );
  }
  if (url.password !== '') {
    throw new FailureError(
      failure('bad-value', 'url holds a password. It would be stored with the workflow.', {
        retry: 'no',
        fix: 'Take it out of url, keep it as a secret, and give the name of that in secret.',
      }),
    );
  }
  if (url.search !== '') {
    throw new FailureError(
      failure('bad-value', `url holds options (${[...url.searchParams.keys()].join(', ')}), which are not read.`, {
        retry: 'no',
        fix: 'Use the parameters of the node instead, for example tls.',
      }),
    );
  }
  return url;
}

/** This machine itself; a name such as 127.example.com is not. */
const isLocal = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

export function readServer(
  params: Record<string, Json>,
  defaults: { schemes: readonly string[]; port: number },
): Server {
  const written = textOf(params['url']);
  const url = written === '' ? null : parseUrl(written, defaults.schemes);
  const decoded = (text: string | undefined): string => {
    try {
      return decodeURIComponent(text ?? '');
    } catch {
      return text ?? '';
    }
  };
  const host = textOf(params['host']) || (url?.hostname ?? '').replace(/^\[(.*)\]$/, '$1');
  if (host === '') wrongParameter('host', 'the name of the server', params['host'], 'Give host, or url.');
  const tls = isObject(params['tls']) ? params['tls'] : {};
  const mode = textOf(tls['mode']) || (url?.protocol === 'rediss:' || !isLocal(host) ? 'verify' : 'off');
  return {
    host,
    port: typeof params['port'] === 'number' ? params['port'] : Number(url?.port) || defaults.port,
    database: textOf(params['database']) || decoded(url?.pathname.slice(1)),
    user: textOf(params['user']) || decoded(url?.username),
    secret: textOf(params['secret']),
    tls: mode as Server['tls'],
    ca: textOf(tls['ca']) || null,
    connectMs: parseDuration(params['connectTimeout']) ?? DEFAULT_CONNECT_MS,
  };
}

export const whereOf = (server: Server): string =>
  `${server.user === '' ? '' : `${server.user}@`}${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}${server.database === '' ? '' : `/${server.database}`}`;

/** Tells connections apart without holding a secret. */
export const keyOf = (kind: string, server: Server): string =>
  `${kind} ${whereOf(server)} ${server.secret} ${server.tls} ${server.ca ?? ''}`;

/** What the driver is given to connect: the checked address, and the secret just before it is sent. */
export async function dialServer(
  call: EffectCall,
  server: Server,
): Promise<{ address: string; password: string | undefined; tls: TlsOptions | null }> {
  const { address } = await call.ports.dial(server.host, server.port);
  const password = server.secret === '' ? undefined : call.ports.secret(server.secret, server.host);
  if (server.tls === 'off') return { address, password, tls: null };
  const isAddress = /^[\d.]+$|:/.test(server.host);
  return {
    address,
    password,
    tls: {
      ...(isAddress ? {} : { servername: server.host }),
      ...(server.ca === null ? {} : { ca: server.ca }),
      rejectUnauthorized: server.tls === 'verify',
    },
  };
}
