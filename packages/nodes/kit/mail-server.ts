/**
 * Owns how nodes reach a mail server: its parameters, the address behind the guard, trust, and credentials at the
 * edge. Speaks neither SMTP nor IMAP.
 */
import { parseDuration } from '@rondo/core/model/duration.ts';
import { failure, FailureError } from '@rondo/core/errors.ts';
import type { EffectCall, ParameterSpec } from '@rondo/core/model/node-type.ts';
import { SECRET_FIELDS, withSecretFields } from './secret-fields.ts';
import { readChoice, readFlag, readInteger, readText, wrongParameter } from './read.ts';

export const SECURITY = ['tls', 'starttls', 'none'] as const;
export type Security = (typeof SECURITY)[number];

const DEFAULT_MS = 60_000;

/** Parameters of a mail server; `ports` are its usual ones. */
export function mailServerParameters(
  ports: Record<Security, number>,
  security: Security,
): Record<string, ParameterSpec> {
  return {
    host: { type: 'string', description: 'Name of the mail server. Needed, unless secrets names it.' },
    port: {
      type: 'integer',
      description: `Port. Default: ${ports.tls} for tls, ${ports.starttls} for starttls, ${ports.none} for none.`,
      min: 1,
      max: 65_535,
    },
    security: {
      type: 'string',
      description: 'tls from the start, starttls (required, not merely tried), or none.',
      default: security,
      enum: SECURITY,
    },
    user: { type: 'string', description: 'User name; without it there is no log-in.' },
    secret: { type: 'string', description: 'Name of the secret that holds the password.' },
    secrets: SECRET_FIELDS,
    ca: { type: 'string', description: 'Name of the secret with the certificate (PEM) of the authority to trust.' },
    insecure: { type: 'boolean', description: 'Accept certificates that cannot be verified.', default: false },
    timeout: { type: 'duration', description: 'Whole operation.', default: '60s' },
  };
}

export interface MailServer {
  host: string;
  port: number;
  security: Security;
  user: string;
  password: string;
  ca: string | null;
  insecure: boolean;
  timeoutMs: number;
}

/** The server that the parameters name. Throws FailureError wrong-type, secret-missing. */
export function readMailServer(call: EffectCall, ports: Record<Security, number>, usual: Security): MailServer {
  const params = withSecretFields(call, call.params);
  const host = readText(params, 'host').trim();
  if (!/^[\w.:-]+$/.test(host)) wrongParameter('host', 'the name of a server', host);
  const security = readChoice(params, 'security', SECURITY, usual);
  const port = readInteger(params, 'port', 1, 65_535, ports[security]);
  const timeoutMs = parseDuration(params['timeout'] ?? DEFAULT_MS);
  if (timeoutMs === null || timeoutMs === 0) wrongParameter('timeout', 'a duration such as 30s', params['timeout']);
  const user = readText(params, 'user', '');
  const secretOf = (name: string): string => {
    const secret = readText(params, name, '');
    return secret === '' ? '' : call.ports.secret(secret, host);
  };
  const insecure = readFlag(params, 'insecure', false);
  const [password, ca] = [user === '' ? '' : secretOf('secret'), secretOf('ca') || null];
  return { host, port, security, user, password, ca, insecure, timeoutMs };
}

/** Options of TLS that ask for and verify the name, although an address is dialled. */
export function tlsOptions(server: MailServer): { servername?: string; ca?: string; rejectUnauthorized: boolean } {
  // An address is verified by the address that is dialled; SNI has no place for it.
  const named = !/^[\d.]+$/.test(server.host) && !server.host.includes(':');
  return {
    rejectUnauthorized: !server.insecure,
    ...(named ? { servername: server.host } : {}),
    ...(server.ca === null ? {} : { ca: server.ca }),
  };
}

/** Ends waiting for `work` with the call, or with its time-out. */
export async function inTime<T>(call: EffectCall, ms: number, where: string, work: Promise<T>): Promise<T> {
  let end = (): void => {};
  const given = new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(new FailureError(failure('cancelled', `${where}: the call was given up`)));
    const late = (): void =>
      reject(
        new FailureError(
          failure('timeout', `${where}: not done within ${ms} ms (parameter timeout).`, {
            retry: 'yes',
            data: { timeoutMs: ms },
          }),
        ),
      );
    // The wire does not follow a test's clock.
    const timer = setTimeout(late, ms);
    if (call.signal.aborted) stop();
    else call.signal.addEventListener('abort', stop, { once: true });
    end = () => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', stop);
    };
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    end();
    // When it was given up: what it still says interests nobody.
    work.catch(() => {});
  }
}

/** A failure of the connection, in words for people. */
export function connectionFailure(where: string, error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const wrongCertificate = /certificate|self.signed|altnames|CERT/i.test(`${code} ${message}`);
  return new FailureError(
    failure('http-failed', `${where}: ${message}${code === '' ? '' : ` (${code})`}`.slice(0, 1000), {
      retry: wrongCertificate ? 'no' : 'yes',
      fix: wrongCertificate
        ? 'Correct host, or name in ca the secret with the certificate of the authority to trust.'
        : 'Check host, port and security, and that the server is running.',
    }),
  );
}
