/** Owns how time-out, proxy and certificate parameters become options of a request. Does not send it. */
import { parseDuration } from '@rondo/core/model/duration.ts';
import type { EgressInit } from '@rondo/core/model/effect-ports.ts';
import type { EffectCall } from '@rondo/core/model/node-type.ts';
import { isObject, type JsonObject } from '../paths.ts';
import { wrong } from './answers.ts';

const PEM_FIELDS = ['cert', 'key', 'passphrase', 'ca'] as const;

/** The parameter `timeout`, or the limit http.ms. */
export function timeoutOf(call: EffectCall): number {
  const timeout = call.params['timeout'];
  if (timeout === undefined || timeout === null) return call.ports.limit('http.ms');
  const ms = parseDuration(timeout);
  if (ms === null || ms === 0) throw wrong(`timeout ${JSON.stringify(timeout)} is not a duration such as 30s`);
  return ms;
}

function proxyOf(call: EffectCall, proxy: JsonObject): NonNullable<EgressInit['proxy']> {
  const text = proxy['url'];
  const url = typeof text === 'string' ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrong('proxy.url must be an address such as http://proxy.example.com:3128');
  }
  const { user, secret } = proxy;
  if (typeof user !== 'string' || user === '') return { url: url.href };
  const password = typeof secret === 'string' && secret !== '' ? call.ports.secret(secret, url.hostname) : '';
  return { url: url.href, authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** Proxy and certificates, where the node has any. Most calls have none: nothing is made for them. */
export function addConnection(call: EffectCall, init: EgressInit, url: string): void {
  const { insecure, proxy, certificate } = call.params;
  if (insecure === true) init.insecure = true;
  if (isObject(proxy)) init.proxy = proxyOf(call, proxy);
  if (isObject(certificate)) {
    const { hostname } = new URL(url);
    const tls: NonNullable<EgressInit['tls']> = {};
    for (const field of PEM_FIELDS) {
      const secret = certificate[field];
      if (typeof secret === 'string' && secret !== '') tls[field] = call.ports.secret(secret, hostname);
    }
    init.tls = tls;
  }
}
