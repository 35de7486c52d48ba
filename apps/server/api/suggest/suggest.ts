/**
 * Owns proposing the list of a loop: asks the configured model through the guarded way out, checks what it says, asks
 * once more with the mistake, and gives what holds. Keeps nothing and changes no workflow.
 */
import type { z } from 'zod';
import type { preview, previewScope, suggestBody, SuggestionView } from '@rondo/api/schemas/node.ts';
import { compile } from '@rondo/core/compile/compile.ts';
import { compileParameter } from '@rondo/core/expression/compile.ts';
import { rulesOf } from '@rondo/core/expression/dialect.ts';
import { FailureError } from '@rondo/core/errors.ts';
import type { Definition } from '@rondo/core/model/definition.ts';
import { definitionIn } from '@rondo/core/model/format.ts';
import type { Json } from '@rondo/core/model/item.ts';
import { resolveLimits, type LimitName } from '@rondo/core/model/limits.ts';
import { readConnection, type Connection, type ModelCall } from '@rondo/nodes/kit/ai/connection.ts';
import { askModel } from '@rondo/nodes/kit/ai/model.ts';
import { createEgress } from '@rondo/runtime/egress/egress.ts';
import { systemClock } from '@rondo/runtime/runner/clock.ts';
import { createSecretDoor, type SecretLookup } from '@rondo/runtime/services/secrets/door.ts';
import { createRedactor } from '@rondo/runtime/services/secrets/redactor.ts';
import { randomUUID } from 'node:crypto';
import { Problem } from '../../http/problem.ts';
import { rateLimiter } from '../../http/rate.ts';
import type { Caller } from '../../http/route.ts';
import { callerOf, type ApiContext } from '../context.ts';
import type { Preview } from '../nodes/preview.ts';
import { dataAt, placedIn } from './data.ts';
import { againWith, messagesFor, readAnswer } from './prompt.ts';
import { shapeLines } from './shape.ts';

type Body = z.output<typeof suggestBody>;
type Scope = z.output<typeof previewScope>;
type Result = z.input<typeof preview>['results'][number];

/** Which model to ask, and what the sending edge needs. */
export interface SuggestModel {
  baseUrl: string;
  model: string;
  /** Name of a secret; empty: none. */
  secret: string;
}

export interface SuggestParts {
  /** Null: none is configured. */
  model(): SuggestModel | null;
  egressAllow(): readonly string[];
  secrets(): Promise<SecretLookup>;
}

export interface Suggest {
  /** Name of the model; null: none is configured. */
  model(): string | null;
  of(context: ApiContext, body: Body, call: { caller: Caller | null; signal: AbortSignal }): Promise<SuggestionView>;
}

const ATTEMPTS = 2;
const ANSWER_MS = '60s';
const MOST_TOKENS = 1_000;
const SHOWN = 3;
/** A person who tries again and again, not a program. */
const PER_SECOND = 0.2;
const BURST = 20;

export function createSuggest(parts: SuggestParts, preview: Preview, now: () => number): Suggest {
  const rate = rateLimiter(PER_SECOND, BURST);
  return {
    model: () => parts.model()?.model ?? null,
    async of(context, body, { caller, signal }) {
      const wanted = parts.model();
      if (wanted === null) {
        throw new Problem(409, 'no-model', 'No model is configured for suggestions. Settings, Models says which one.');
      }
      const who = callerOf({ caller });
      const wait = rate.take(who.id, now());
      if (wait > 0) {
        const seconds = Math.ceil(wait / 1000);
        const detail = `These are too many suggestions in a short time. Try again in ${seconds} s.`;
        throw new Problem(429, 'too-many-requests', detail, { headers: { 'retry-after': String(seconds) } });
      }
      const definition = definitionOf(body.definition as Json);
      const placed = placedIn(definition.nodes, body.node);
      if (placed === null) throw new Problem(422, 'unknown-node', `The workflow has no node ${body.node}.`);
      const scope = await dataAt(context, placed, { definition, node: body.node, run: body.run }, who);
      if (scope === null) {
        throw new Problem(
          409,
          'no-data',
          'A proposal is tried on data: run the workflow up to here first, or pin some.',
        );
      }
      const told = shapeLines(rootsOf(scope), { values: body.values });
      const title = context.registry.get(placed.node.type)?.title ?? placed.node.type;
      let messages = messagesFor({ id: body.node, node: placed.node, title, task: body.task, told });
      const check = checker({ context, preview, definition, id: body.node, scope, caller: who });
      let problem = '';
      await using asked = await openModel(parts, wanted, signal);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const said = await asked.ask(messages, attempt);
        const answer = readAnswer(said);
        const found = typeof answer === 'string' ? answer : await check(answer.expression);
        if (typeof answer !== 'string' && typeof found !== 'string') {
          return { expression: `{{ ${answer.expression} }}`, why: answer.why, ...found, told, model: wanted.model };
        }
        problem = typeof found === 'string' ? found : '';
        messages = againWith(messages, said, problem);
      }
      throw new Problem(422, 'no-suggestion', `${wanted.model} found no list that works. Its last try: ${problem}`);
    },
  };
}

function definitionOf(value: Json): Definition {
  const { definition, sound } = definitionIn(
    { value: value as { [key: string]: Json }, diagnostics: [], locate: () => {} },
    'workflow',
  );
  const read = definition ?? sound ?? null;
  if (read === null) throw new Problem(422, 'workflow-invalid', 'This is not a workflow.');
  return read;
}

/** What the expression can begin with, as the prompt names it. */
function rootsOf({ input, nodes, vars, loops = [] }: Scope): { code: string; value: Json }[] {
  const [first] = input as Json[];
  const [around] = loops as { item?: Json }[];
  return [
    ...(first === undefined ? [] : [{ code: '$json', value: first }]),
    ...(input.length > 1 ? [{ code: '$input.all().map(item => item.json)', value: input as Json[] }] : []),
    ...(around?.item === undefined ? [] : [{ code: '$loop.item', value: around.item }]),
    ...Object.entries(nodes as Record<string, Json[]>).flatMap(([id, items]) => {
      const code = `$(${JSON.stringify(id).replace(/^"([^'\\]*)"$/, "'$1'")})`;
      const [one] = items;
      if (one === undefined) return [];
      const all = items.length > 1 ? [{ code: `${code}.all().map(item => item.json)`, value: items as Json }] : [];
      return [{ code: `${code}.first().json`, value: one }, ...all];
    }),
    ...(vars !== null && typeof vars === 'object' && Object.keys(vars as object).length > 0
      ? [{ code: '$vars', value: vars as Json }]
      : []),
  ];
}

interface CheckParts {
  context: ApiContext;
  preview: Preview;
  definition: Definition;
  id: string;
  scope: Scope;
  caller: Caller;
}

interface Tried {
  count: number;
  first: Json[];
}

/** Whether an expression gives a list on that data; a text says why it does not. */
function checker(parts: CheckParts): (expression: string) => Promise<Tried | string> {
  const { context, preview, definition, id, scope, caller } = parts;
  const dialect = definition.settings?.dialect ?? 'native';
  const nodes = new Set(Object.keys(scope.nodes));
  const names = rulesOf(dialect).names.always;
  const run = async (template: string): Promise<Result> => {
    const { results } = await preview.of({ template, scopes: [scope], dialect }, caller);
    return results[0] ?? { value: null, failure: { code: 'expression-failed', message: 'It gave no answer.' } };
  };
  return async (expression) => {
    const template = `{{ ${expression} }}`;
    const compiled = compileParameter(template, { path: [], dialect, names, nodes });
    if (compiled.template.kind !== 'expression') return `${expression} is not one expression.`;
    const mistake =
      compiled.diagnostics.find((one) => one.severity === 'error') ?? mistakeInPlace(context, definition, id, template);
    if (mistake !== undefined) return mistake.message;
    const list = await run(summaryOf(expression, SHOWN));
    // Elements that are too large to be shown are counted all the same.
    const seen =
      list.failure === null || list.failure.code === 'expression-failed' ? list : await run(summaryOf(expression, 0));
    if (seen.failure !== null) return seen.failure.message;
    const { kind, count, first } = seen.value as { kind: string; count: number; first: Json[] };
    if (kind !== 'list') return `${expression} gives ${kind}, not a list.`;
    if (count === 0) return `${expression} gives an empty list on the data that there is.`;
    return { count, first };
  };
}

/** In the sandbox: what the expression gives, in short. The line ends before the bracket, for a comment at its end. */
const summaryOf = (expression: string, shown: number): string =>
  `{{ ((list) => Array.isArray(list) ? { kind: 'list', count: list.length, first: list.slice(0, ${shown}) } : { kind: list === null || list === undefined ? 'nothing' : typeof list, count: 0, first: [] })(${expression}\n) }}`;

/** What the compiler says of it where it would stand. */
function mistakeInPlace(
  { registry }: ApiContext,
  definition: Definition,
  id: string,
  template: string,
): { message: string } | undefined {
  const copy = structuredClone(definition);
  const placed = placedIn(copy.nodes, id);
  if (placed === null) return undefined;
  placed.node.loop = { ...placed.node.loop, over: template };
  return compile(copy, registry).diagnostics.find(
    (one) => one.severity === 'error' && one.node === id && one.path.includes('over'),
  );
}

interface OpenedModel extends AsyncDisposable {
  ask(messages: ReturnType<typeof messagesFor>, turn: number): Promise<string>;
}

async function openModel(parts: SuggestParts, wanted: SuggestModel, signal: AbortSignal): Promise<OpenedModel> {
  const limits = resolveLimits();
  const redactor = createRedactor();
  const lookup = await parts.secrets();
  const egress = createEgress({ allow: parts.egressAllow(), limits, clock: systemClock });
  const call: ModelCall = {
    idempotencyKey: randomUUID(),
    signal,
    ports: {
      fetch: egress.fetch,
      secret: createSecretDoor(lookup, redactor),
      limit: (name) => limits[name as LimitName],
      clock: systemClock,
      usage: () => {},
      log: () => {},
    },
  };
  return {
    async ask(messages, turn) {
      try {
        const sampling = { temperature: 0, maxOutputTokens: MOST_TOKENS };
        const said = await askModel(call, { connection: connectionTo(wanted), messages, sampling, turn });
        return redactor.text(said.text);
      } catch (error) {
        throw problemOf(error);
      }
    },
    [Symbol.asyncDispose]: () => egress.close(),
  };
}

function connectionTo({ baseUrl, model, secret }: SuggestModel): Connection {
  return readConnection({
    connection: {
      baseUrl,
      model,
      timeout: ANSWER_MS,
      structured: 'prompt',
      ...(secret === '' ? {} : { apiKey: secret }),
    },
  });
}

/** Of settings that do not fit, a conflict; of a server that does not answer, what it said. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof FailureError)) return error;
  const { code, message, fix } = error.failure;
  const isSetting = code === 'secret-missing' || code === 'egress-denied' || code === 'bad-value';
  const detail = fix === undefined || message.includes(fix) ? message : `${message} ${fix}`;
  return new Problem(isSetting ? 409 : 503, isSetting ? 'model-settings' : 'model-failed', detail);
}
