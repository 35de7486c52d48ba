/** Owns the definition of the Agent: parameters and examples. run.ts does the work. */
import type { NodeType } from '@rondo/core/model/node-type.ts';
import { CONNECTION, SAMPLING } from '../kit/ai/connection.ts';
import { CONVERSATION } from '../kit/ai/messages.ts';
import { MAIN, defineNode, runFrom } from '../kit/define.ts';

export const node: NodeType = defineNode({
  type: 'agent',
  title: 'Agent',
  description:
    'Lets a language model work on a task with tools: it calls them and sees what they give, until it answers. Each turn is an iteration, so a crash loses one turn at most.',
  group: 'integration',
  work: 'effect',
  inputs: MAIN,
  outputs: MAIN,
  paged: true,
  parameters: {
    connection: CONNECTION,
    ...CONVERSATION,
    tools: {
      type: 'list',
      description: 'What the model may call. Templates in url, headers, query, body and input see the item.',
      // Code of a tool must never hold data of an item, so nothing here is evaluated before a tool is called.
      evaluate: 'never',
      fields: {
        type: {
          type: 'string',
          description: 'workflow runs a workflow · http sends a request · code runs a function main.',
          required: true,
          enum: ['workflow', 'http', 'code'],
        },
        name: { type: 'string', description: 'Name, in letters, digits, _ and -.', required: true },
        description: { type: 'string', description: 'What it does and when to use it, for the model.', required: true },
        parameters: {
          type: 'object',
          description:
            'Arguments by name: { city: { type: string, description: ... } } · or a JSON Schema of an object.',
        },
        workflow: { type: 'string', description: 'workflow: id, name or path. Its input is the arguments.' },
        input: { type: 'object', description: 'workflow: further input. The model cannot change it.' },
        method: {
          type: 'string',
          description: 'http: method.',
          default: 'GET',
          enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        },
        url: {
          type: 'string',
          description:
            'http: address. {name} in its path or query is an argument. Other arguments go into the query, or into the JSON body.',
        },
        headers: { type: 'object', description: 'http: headers by name.' },
        query: { type: 'object', description: 'http: query that the model cannot change.' },
        body: { type: 'object', description: 'http: members of the body that the model cannot change.' },
        secret: { type: 'string', description: 'http: name of the secret that is sent.' },
        secretHeader: {
          type: 'string',
          description: 'http: header for the secret. Default: Authorization, as Bearer.',
        },
        language: {
          type: 'string',
          description: 'code: language.',
          default: 'javascript',
          enum: ['javascript', 'python'],
        },
        source: {
          type: 'code',
          description: 'code: defines a function main, which gets the arguments and returns the result.',
        },
        timeout: {
          type: 'duration',
          description: 'http, code: time for one call. Default: limit http.ms, limit code.ms.',
        },
      },
    },
    maxTurns: {
      type: 'integer',
      description: 'Most answers of the model for one item. More is a failure that names this.',
      default: 10,
      min: 1,
      max: 1000,
    },
    onToolError: {
      type: 'string',
      description: 'tell: the model is told what went wrong and goes on · fail: the agent fails.',
      default: 'tell',
      enum: ['tell', 'fail'],
    },
    answer: {
      type: 'string',
      description:
        'What the item holds. facts: text, steps, usage and more · text: { text } · output: { output }, the text or, with a schema, the value.',
      default: 'facts',
      enum: ['facts', 'text', 'output'],
    },
    schema: {
      type: 'object',
      description: 'JSON Schema of the answer: when the agent is done, it is asked for its answer in this form.',
    },
    repairs: {
      type: 'integer',
      description: 'How often an answer that does not fit the schema is given back to the model, with what is wrong.',
      default: 1,
      min: 0,
      max: 10,
    },
    stream: {
      type: 'boolean',
      description: 'Hand text of the model on to whoever waits for the answer of the run, as it comes.',
      default: false,
    },
    ...SAMPLING,
  },
  examples: [
    {
      title: 'A question that needs a computation and a look-up',
      input: [{ question: 'What is the weather in Bonn, in Fahrenheit?' }],
      with: {
        connection: { baseUrl: 'http://127.0.0.1:4411/v1', model: 'toy-chat' },
        system: 'Use the tools. Do not guess.',
        prompt: '{{ $json.question }}',
        tools: [
          {
            type: 'http',
            name: 'weather',
            description: 'The weather of a city, in Celsius',
            parameters: { city: { type: 'string', description: 'Name of the city' } },
            url: 'https://api.example.com/weather/{city}',
            secret: 'WEATHER_KEY',
          },
          {
            type: 'code',
            name: 'fahrenheit',
            description: 'Celsius to Fahrenheit',
            parameters: { celsius: { type: 'number' } },
            source: 'function main({ celsius }) { return celsius * 1.8 + 32; }',
          },
          {
            type: 'workflow',
            name: 'ask_a_person',
            description: 'Asks a colleague',
            parameters: { question: { type: 'string' } },
            workflow: 'ask.yaml',
          },
        ],
        maxTurns: 6,
        onToolError: 'tell',
        temperature: 0,
      },
      output: [
        {
          text: 'It is 68 degrees Fahrenheit in Bonn.',
          reasoning: '',
          finishReason: 'stop',
          turns: 3,
          steps: [
            { turn: 1, tool: 'weather', arguments: { city: 'Bonn' }, result: '{"celsius":20}', failed: false },
            { turn: 2, tool: 'fahrenheit', arguments: { celsius: 20 }, result: '68', failed: false },
          ],
          usage: { tokensIn: 420, tokensOut: 38, cost: 0 },
        },
      ],
    },
  ],
  run: runFrom(() => import('./run.ts')),
});
