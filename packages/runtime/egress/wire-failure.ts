/**
 * Owns how errors of the wire (DNS, TCP, TLS, HTTP) become failures: words and retry advice.
 * Does not retry.
 */
import { FailureError, failure } from '@rondo/core/errors.ts';

/** Reason in words, and whether trying again can help. */
const REASONS: Record<string, [string, 'yes' | 'no']> = {
  ECONNREFUSED: ['nothing listens there (connection refused)', 'yes'],
  ECONNRESET: ['the server closed the connection', 'yes'],
  EPIPE: ['the server closed the connection', 'yes'],
  ENOTFOUND: ['the host name does not exist', 'no'],
  EAI_AGAIN: ['the host name cannot be resolved now', 'yes'],
  ETIMEDOUT: ['connecting took too long', 'yes'],
  EHOSTUNREACH: ['the host cannot be reached', 'yes'],
  ENETUNREACH: ['the network cannot be reached', 'yes'],
  UND_ERR_CONNECT_TIMEOUT: ['connecting took too long', 'yes'],
  UND_ERR_SOCKET: ['the server closed the connection before the answer was complete', 'yes'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['the body is shorter or longer than announced', 'yes'],
  UND_ERR_HEADERS_OVERFLOW: ['the headers of the answer are too large', 'no'],
  UND_ERR_INVALID_ARG: ['the request is not valid', 'no'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['the certificate is self-signed', 'no'],
  SELF_SIGNED_CERT_IN_CHAIN: ['the certificate chain holds a self-signed one', 'no'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['the certificate cannot be verified', 'no'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['the certificate cannot be verified', 'no'],
  CERT_HAS_EXPIRED: ['the certificate has expired', 'no'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['the certificate is for another host', 'no'],
};

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return code;
  const cause = (error as { cause?: unknown }).cause;
  return cause instanceof Error ? codeOf(cause) : '';
}

function reasonOf(code: string, text: string): [string, 'yes' | 'no'] {
  const byProxy = /Proxy response \((\d+)\)|Proxy Authentication Required \((407)\)/.exec(text);
  if (byProxy !== null) {
    const status = Number(byProxy[1] ?? byProxy[2]);
    const words = status === 407 ? 'the proxy does not take the credentials' : 'the proxy does not connect';
    return [`${words} (${status})`, status >= 500 ? 'yes' : 'no'];
  }
  if (/^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)$/.test(code)) {
    return ['the server refuses the client certificate, or wants one', 'no'];
  }
  const notHttp = code.startsWith('HPE_') || text.startsWith('Response does not match the HTTP/1.1 protocol');
  return REASONS[code] ?? [notHttp ? 'the answer is not valid HTTP' : text, 'yes'];
}

/** A FailureError passes as it is, so that what the guard said is what the operator reads. */
export function wireFailure(error: unknown, where: string): FailureError {
  if (error instanceof FailureError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const [words, retry] = reasonOf(code, text);
  const detail = code === 'UND_ERR_INVALID_ARG' && !words.includes('proxy') ? `${words}: ${text}` : words;
  return new FailureError(
    failure('http-failed', `${where}: ${detail}${code === '' ? '' : ` (${code})`}`, {
      retry,
      ...(code === '' ? {} : { data: { code } }),
    }),
  );
}
