/**
 * Owns the OpenAPI 3.1 document: printed from the contracts, so that it cannot say anything else than the server
 * does. Does not serve it.
 */
import { z } from 'zod';
import { BASE, type Contract } from '@rondo/api/contract.ts';
import { problem } from '@rondo/api/schemas/shared.ts';
import type { ContractList } from './implement.ts';

type Schema = Record<string, unknown>;

export interface OpenApi {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  tags: { name: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

/** Schemas that refer to themselves go to the components, where references can reach them. */
class Components {
  readonly schemas: Record<string, Schema> = {};

  of(schema: z.ZodType, io: 'input' | 'output', name: string): Schema {
    const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
    const { $schema: _, $defs, ...rest } = json;
    const prefix = `${name}_`;
    for (const [id, one] of Object.entries(($defs ?? {}) as Record<string, Schema>)) {
      this.schemas[`${prefix}${id}`] = moved(one, prefix) as Schema;
    }
    return moved(rest, prefix) as Schema;
  }
}

/** Bounds of every whole number that JavaScript can hold: they say nothing about the field. */
const SAFE: readonly unknown[] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** References into the own document lead to the components. */
function moved(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((one) => moved(one, prefix));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([key, one]) => !(/^(?:min|max)imum$/.test(key) && SAFE.includes(one)))
    .map(([key, one]) =>
      key === '$ref' && typeof one === 'string'
        ? [key, one.replace(/^#\/\$defs\//, `#/components/schemas/${prefix}`)]
        : [key, moved(one, prefix)],
    );
  return Object.fromEntries(entries);
}

export function openApi(contracts: object, version: string): OpenApi {
  const components = new Components();
  components.schemas['Problem'] = components.of(problem, 'output', 'Problem');
  const paths: OpenApi['paths'] = {};
  const tags = new Set<string>();
  for (const [name, one] of Object.entries(contracts as ContractList)) {
    tags.add(one.tag);
    const path = (paths[one.path] ??= {});
    path[one.method.toLowerCase()] = operationOf(name, one, components);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Rondo', version, description: 'Workflows, their runs, and everything that the studio does.' },
    servers: [{ url: BASE }],
    security: [{ token: [] }, { session: [] }],
    tags: [...tags].map((tag) => ({ name: tag })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        session: { type: 'apiKey', in: 'cookie', name: 'rondo-session', description: 'A browser that signed in.' },
      },
    },
  };
}

function operationOf(name: string, one: Contract, components: Components): Schema {
  const { params, query, body, response, status = 200, scope, stream } = one;
  const parameters = [
    ...parametersOf('path', params, `${name}_params`, components),
    ...parametersOf('query', query, `${name}_query`, components),
  ];
  return {
    operationId: name,
    tags: [one.tag],
    summary: one.summary,
    ...(scope === 'public' ? { security: [] } : { 'x-scope': scope }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: components.of(body, 'input', `${name}_body`) } },
          },
        }),
    responses: {
      [String(status)]: {
        description: one.summary,
        ...(stream === undefined
          ? response === undefined
            ? {}
            : { content: { 'application/json': { schema: components.of(response, 'output', `${name}_answer`) } } }
          : { content: { [stream === 'events' ? 'text/event-stream' : 'application/octet-stream']: {} } }),
      },
      default: {
        description: 'What went wrong (RFC 9457).',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parametersOf(
  where: 'path' | 'query',
  schema: z.ZodType | undefined,
  name: string,
  components: Components,
): Schema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = components.of(schema, 'input', name) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([key, { description, ...one }]) => ({
    name: key,
    in: where,
    required: where === 'path' || required.includes(key),
    ...(description === undefined ? {} : { description }),
    schema: one,
  }));
}
