/** Owns AWS Signature Version 4 of a request, by aws4fetch, which only signs. Does not send. */
import { createHash } from 'node:crypto';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import type { JsonObject } from '../paths.ts';
import { wrong } from './answers.ts';

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  region?: string;
  service?: string;
}

/** Keys from `auth`-like fields; secrets are asked for with the host that is sent to. */
export function awsKeys(call: EffectCall, fields: JsonObject, host: string): AwsKeys {
  const { accessKeyId, secret, sessionSecret, region, service } = fields;
  if (typeof accessKeyId !== 'string' || accessKeyId === '') throw wrong('AWS credentials need "accessKeyId"');
  if (typeof secret !== 'string' || secret === '') {
    throw wrong('AWS credentials need "secret", the name of the secret that holds the secret access key');
  }
  const given = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return {
    accessKeyId,
    secretAccessKey: call.ports.secret(secret, host),
    ...(given(sessionSecret) ? { sessionToken: call.ports.secret(sessionSecret, host) } : {}),
    ...(given(region) ? { region } : {}),
    ...(given(service) ? { service } : {}),
  };
}

const amzDate = (now: number): string => new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');

/** Headers of the request with its signature. */
export async function signAws(
  keys: AwsKeys,
  url: string,
  init: EgressInit,
  now: number,
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const body = init.body ?? '';
  const headers = new Headers();
  for (const [name, value] of Object.entries(init.headers ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  // The real hash also for S3, whose signer would otherwise leave the body unsigned.
  headers.set('x-amz-content-sha256', createHash('sha256').update(body).digest('hex'));
  const signer = new AwsV4Signer({ ...keys, url, method: init.method ?? 'GET', headers, body, datetime: amzDate(now) });
  const signed = await signer.sign();
  return Object.fromEntries(signed.headers);
}

/** An address that may be used without credentials for `seconds`. */
export async function presignAws(
  keys: AwsKeys,
  url: string,
  method: string,
  seconds: number,
  now: number,
): Promise<string> {
  const { AwsV4Signer } = await import('aws4fetch');
  const address = new URL(url);
  address.searchParams.set('X-Amz-Expires', String(seconds));
  const signer = new AwsV4Signer({ ...keys, url: address.href, method, signQuery: true, datetime: amzDate(now) });
  return (await signer.sign()).url.href;
}
