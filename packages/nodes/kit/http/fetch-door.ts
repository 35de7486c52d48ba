/** Owns giving the guarded way out the shape of fetch, as libraries want it. Follows no redirects and keeps nothing. */
import type { EffectPorts, EgressInit, EgressResponse } from '@rondo/core/model/effect-ports.ts';

/** Statuses whose answers cannot have a body. */
const NO_BODY = new Set([101, 204, 205, 304]);

interface Asked {
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** `seen` gets each answer as the guard gave it. */
export function fetchDoor(
  fetch: EffectPorts['fetch'],
  connection: EgressInit,
  seen: (answer: EgressResponse) => void,
): (url: string, init: Asked) => Promise<Response> {
  return async (url, init) => {
    const answer = await fetch(url, {
      ...connection,
      method: init.method,
      headers: init.headers,
      ...(init.body === undefined || init.body === null ? {} : { body: String(init.body) }),
      redirects: 0,
    });
    seen(answer);
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
    }
    const body = NO_BODY.has(answer.status) ? null : Uint8Array.from(answer.body);
    return new Response(body, { status: answer.status, statusText: answer.statusText, headers });
  };
}
