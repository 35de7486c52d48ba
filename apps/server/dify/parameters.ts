/** Owns the route by which clients of Dify ask what a workflow takes. */
import type { ApiContext } from '../api/context.ts';
import { look } from '../api/workflows/views.ts';
import { route, type Route } from '../http/route.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { appOf, type DifyOptions } from './app.ts';

export function parameterRoutes({ context }: DifyOptions): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/parameters',
      scope: 'run:read',
      summary: 'What a workflow takes, as Dify says it.',
      handler: async (call) => parametersOf(context, appOf(context, call)),
    }),
  ];
}

const FORM: Readonly<Record<string, string>> = { number: 'number', integer: 'number', string: 'text-input' };

function parametersOf(context: ApiContext, workflow: Workflow): Record<string, unknown> {
  const off = { enabled: false };
  const inputs = Object.entries(look(context, workflow).definition?.inputs ?? {});
  return {
    opening_statement: '',
    suggested_questions: [],
    suggested_questions_after_answer: off,
    speech_to_text: off,
    text_to_speech: off,
    retriever_resource: off,
    annotation_reply: off,
    more_like_this: off,
    sensitive_word_avoidance: off,
    user_input_form: inputs
      .filter(([name]) => !name.startsWith('sys.'))
      .map(([name, field]) => ({
        [FORM[field.type ?? 'string'] ?? 'paragraph']: {
          label: field.description ?? name,
          variable: name,
          required: field.required ?? false,
          ...(field.maxLength === undefined ? {} : { max_length: field.maxLength }),
          default: field.default ?? '',
        },
      })),
    file_upload: { image: { enabled: false, number_limits: 3, transfer_methods: [] } },
    system_parameters: {},
  };
}
