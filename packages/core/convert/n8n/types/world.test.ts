/** Files, mail, messages, databases and AI of n8n, as native nodes. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../errors.ts';
import type { NodeDefinition } from '../../../model/definition.ts';
import type { Json } from '../../../model/item.ts';
import { convertN8n } from '../convert.ts';

type Fields = Record<string, Json>;

interface Made {
  node: NodeDefinition;
  said: Diagnostic[];
}

const AI = '@n8n/n8n-nodes-langchain.';

/** `attached`: sub-nodes by the kind of their connection. */
function mapped(type: string, typeVersion: number, parameters: Fields, attached: Record<string, Fields[]> = {}): Made {
  const subs = Object.entries(attached).flatMap(([kind, nodes]) =>
    nodes.map((node, n) => ({ kind, name: `${kind}${n}`, node })),
  );
  const { definition, diagnostics } = convertN8n(
    {
      nodes: [
        { name: 'Begin', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
        { name: 'It', type: type.startsWith('@') ? type : `n8n-nodes-base.${type}`, typeVersion, parameters },
        ...subs.map(({ name, node }) => ({ name, typeVersion: 1, parameters: {}, ...node })),
      ],
      connections: {
        Begin: { main: [[{ node: 'It', type: 'main', index: 0 }]] },
        ...Object.fromEntries(
          subs.map(({ kind, name }) => [name, { [kind]: [[{ node: 'It', type: kind, index: 0 }]] }]),
        ),
      },
    },
    { strict: false, file: 'a.json' },
  );
  return { node: definition?.nodes['It'] ?? { type: 'none' }, said: diagnostics };
}

const withOf = (made: Made): Fields => made.node.with ?? {};
const errors = ({ said }: Made): string[] => said.filter((one) => one.severity === 'error').map((one) => one.message);
const warnings = ({ said }: Made): string[] =>
  said.filter((one) => one.severity === 'warning').map((one) => one.message);

describe('files', () => {
  it.each<[string, Fields, Fields]>([
    [
      'readBinaryFile',
      { filePath: 'C:\\a\\b.jpg' },
      { path: 'C:/a/b.jpg', format: 'binary', file: 'data', beside: 'item' },
    ],
    ['readBinaryFiles', { fileSelector: 'in/*.json' }, { path: 'in/*.json', pattern: true, beside: 'none' }],
    ['writeBinaryFile', { fileName: '={{ $json.id }}.txt' }, { path: '{{ $json.id }}.txt', pathField: 'fileName' }],
    ['readWriteFile', { fileSelector: 'a.txt' }, { pattern: true, beside: 'described', file: 'data' }],
    ['readWriteFile', { operation: 'write', fileName: 'b', options: { append: true } }, { path: 'b', mode: 'append' }],
    [
      'compression',
      { operation: 'compress', outputFormat: 'zip', fileName: 'a.zip' },
      { format: 'zip', files: ['data'], name: 'a.zip' },
    ],
    ['compression', {}, { file: 'data', together: 'file_', beside: 'item' }],
  ])('%s %j', (type, parameters, expected) => {
    expect(withOf(mapped(type, 1, parameters))).toMatchObject(expected);
  });

  it.each<[string, number, Fields, Fields]>([
    [
      'extractFromFile',
      1,
      { operation: 'text', destinationKey: 'x', options: { keepSource: 'both', encoding: 'win1251' } },
      { format: 'text', into: 'x', keep: 'all', encoding: 'windows-1251' },
    ],
    ['extractFromFile', 1, { operation: 'binaryToPropery' }, { format: 'binary', into: 'data' }],
    ['extractFromFile', 1, {}, { format: 'csv', delimiter: ',', emptyFields: 'drop', keepMark: true }],
    [
      'spreadsheetFile',
      2,
      { fileFormat: 'csv', options: { headerRow: false, includeEmptyCells: true, maxRowCount: 3, enableBOM: true } },
      { format: 'csv', headers: 'row', maxRows: 3 },
    ],
    ['spreadsheetFile', 1, {}, { format: 'table', types: true }],
    [
      'convertToFile',
      1.1,
      { operation: 'toText', sourceProperty: 'a.b', options: { fileName: 'n.txt' } },
      { name: 'n.txt', format: 'text', field: 'a.b', separator: '', beside: 'none' },
    ],
    ['convertToFile', 1.1, { operation: 'toJson' }, { format: 'json', layout: 'compact' }],
    [
      'convertToFile',
      1.1,
      { operation: 'toBinary', sourceProperty: 'd' },
      { from: 'base64', field: 'd', format: 'binary' },
    ],
    [
      'convertToFile',
      1.1,
      { operation: 'xlsx', options: { sheetName: 'S' } },
      { format: 'xlsx', sheet: 'S', name: 'file.xlsx' },
    ],
  ])('%s %d %j', (type, version, parameters, expected) => {
    expect(withOf(mapped(type, version, parameters))).toMatchObject(expected);
  });

  it('all items make one file; JSON of each item makes its own', () => {
    expect(mapped('convertToFile', 1, { operation: 'csv' }).node.loop).toEqual({ size: 'all' });
    expect(mapped('convertToFile', 1, { operation: 'toJson', mode: 'each' }).node).toMatchObject({
      with: { single: true },
    });
  });

  it.each<[string, Fields, string]>([
    ['readPDF', {}, 'PDF'],
    ['extractFromFile', { operation: 'ods' }, '"ods"'],
    ['extractFromFile', { operation: 'text', options: { encoding: 'gb18030' } }, 'gb18030'],
    ['convertToFile', { operation: 'iCal' }, 'calendar'],
    ['compression', { operation: 'compress', outputFormat: 'gzip', binaryPropertyName: 'a,b' }, 'gzip'],
  ])('%s %j is not supported', (type, parameters, words) => {
    expect(errors(mapped(type, 1, parameters))).toEqual([expect.stringContaining(words)]);
  });
});

describe('services', () => {
  it('mail: the server is in secrets', () => {
    const made = mapped('emailSend', 2.1, {
      fromEmail: 'a@example.com',
      toEmail: '={{ $json.to }}',
      subject: 'Hi',
      html: '<b>x</b>',
      options: { attachments: 'data, more', appendAttribution: false },
    });
    expect(withOf(made)).toMatchObject({
      from: 'a@example.com',
      to: '{{ $json.to }}',
      html: '<b>x</b>',
      secret: 'smtp',
      secrets: { host: 'smtp host', user: 'smtp user' },
      attachments: [{ itemFile: 'data' }, { itemFile: 'more' }],
    });
    expect(withOf(made)).not.toHaveProperty('text');
    expect(warnings(made)).toEqual([]);
  });

  it('messages answer what the service says', () => {
    const slack = mapped('slack', 2.2, {
      select: 'channel',
      channelId: { __rl: true, mode: 'id', value: 'C1' },
      text: 'hi',
    });
    expect(withOf(slack)).toMatchObject({
      operation: 'send',
      channel: 'C1',
      text: 'hi',
      answer: 'whole',
      secret: 'slackApi',
    });
    expect(warnings(slack)).toHaveLength(1);
    const telegram = mapped('telegram', 1.2, {
      chatId: '5',
      text: 'hi',
      additionalFields: { parse_mode: 'HTML', appendAttribution: false },
    });
    expect(withOf(telegram)).toMatchObject({ operation: 'send', chat: '5', format: 'HTML', answer: 'whole' });
    const discord = mapped('discord', 2, { authentication: 'webhook', content: 'hi' });
    expect(withOf(discord)).toMatchObject({ operation: 'webhook', text: 'hi' });
    expect(errors(mapped('slack', 2.2, { resource: 'user', operation: 'info' }))).toHaveLength(1);
  });

  it('SQL that is fixed is code; SQL with expressions is said to be one', () => {
    const fixed = mapped('postgres', 2.4, {
      operation: 'executeQuery',
      query: 'SELECT $1',
      options: { queryReplacement: '={{ $json.id }}' },
    });
    expect(withOf(fixed)).toMatchObject({ operation: 'query', sql: 'SELECT $1', params: '{{ $json.id }}' });
    expect(warnings(fixed)).toEqual([]);
    const made = mapped('postgres', 2.4, {
      operation: 'executeQuery',
      query: "=DELETE FROM t WHERE id = '{{ $json.id }}'",
    });
    expect(withOf(made)).toMatchObject({
      sqlTemplate: "DELETE FROM t WHERE id = '{{ $json.id }}'",
      noRows: { success: true },
    });
    expect(warnings(made)).toHaveLength(1);
  });

  it('rows of a table', () => {
    const table = { table: { __rl: true, value: 'goods' }, schema: { __rl: true, value: 'shop' } };
    const select = mapped('postgres', 2.4, {
      operation: 'select',
      ...table,
      limit: 5,
      where: { values: [{ column: 'n', condition: '>', value: 2 }] },
    });
    expect(withOf(select)).toMatchObject({
      table: 'shop.goods',
      limit: 5,
      where: [{ column: 'n', is: 'gt', value: 2 }],
    });
    const upsert = mapped('postgres', 2.4, {
      operation: 'upsert',
      ...table,
      columns: { mappingMode: 'defineBelow', value: { id: '={{ $json.id }}' }, matchingColumns: ['id'] },
    });
    expect(withOf(upsert)).toMatchObject({
      operation: 'upsert',
      key: ['id'],
      rows: { id: '{{ $json.id }}' },
      returning: ['*'],
    });
    expect(errors(mapped('postgres', 2.4, { operation: 'deleteTable', ...table }))).toHaveLength(1);
    expect(errors(mapped('ssh', 1, {}))).toEqual([expect.stringContaining('other machines')]);
  });
});

describe('AI', () => {
  const model: Fields = {
    type: `${AI}lmChatOpenAi`,
    typeVersion: 1.2,
    parameters: {
      model: { __rl: true, value: 'gpt-x' },
      options: { temperature: 0, baseURL: 'http://127.0.0.1:1/v1', presencePenalty: 1 },
    },
    credentials: { openAiApi: { id: '1', name: 'My OpenAI' } },
  };
  const parser: Fields = {
    type: `${AI}outputParserStructured`,
    typeVersion: 1.2,
    parameters: { jsonSchemaExample: '{"name": "Ada", "tags": ["a"]}' },
  };
  const settings = {
    connection: { baseUrl: 'http://127.0.0.1:1/v1', model: 'gpt-x', apiKey: 'My OpenAI' },
    temperature: 0,
    options: { presence_penalty: 1 },
  };
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['name', 'tags'],
  };

  it('a chain: the model, messages and the form of the answer', () => {
    const messages = {
      messageValues: [{ message: 'Be short.' }, { type: 'AIMessagePromptTemplate', message: '={{ $json.said }}' }],
    };
    const parameters = { promptType: 'define', text: '={{ $json.q }}', messages };
    expect(withOf(mapped(`${AI}chainLlm`, 1.5, parameters, { ai_languageModel: [model] }))).toEqual({
      ...settings,
      prompt: '{{ $json.q }}',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'assistant', content: '{{ $json.said }}' },
      ],
      answer: 'text',
    });
    const parsed = mapped(
      `${AI}chainLlm`,
      1.5,
      { ...parameters, hasOutputParser: true },
      { ai_languageModel: [model], ai_outputParser: [parser] },
    );
    expect(withOf(parsed)).toMatchObject({ schema, answer: 'output' });
  });

  it('an agent and its tools: what the model gives, and what is fixed', () => {
    const tools: Fields[] = [
      {
        type: `${AI}toolWorkflow`,
        typeVersion: 2,
        parameters: {
          name: 'find it',
          description: 'Finds',
          workflowId: { __rl: true, value: 'w1' },
          workflowInputs: {
            value: { city: "={{ $fromAI('city', 'Name of it', 'string') }}", land: '={{ $json.land }}' },
          },
        },
      },
      {
        type: `${AI}toolHttpRequest`,
        typeVersion: 1.1,
        parameters: {
          toolDescription: 'Weather',
          url: 'https://example.com/{city}',
          sendQuery: true,
          parametersQuery: { values: [{ name: 'unit', valueProvider: 'fieldValue', value: 'C' }, { name: 'day' }] },
          placeholderDefinitions: { values: [{ name: 'city', description: 'Where', type: 'string' }] },
        },
      },
      {
        type: `${AI}toolCode`,
        typeVersion: 1.1,
        parameters: { name: 'double', description: 'x', jsCode: 'return query + query' },
      },
    ];
    const made = mapped(
      `${AI}agent`,
      1.7,
      { options: { systemMessage: 'Help', maxIterations: 3 } },
      { ai_languageModel: [model], ai_tool: tools },
    );
    expect(errors(made)).toEqual([]);
    expect(withOf(made)).toMatchObject({
      system: 'Help',
      maxTurns: 3,
      answer: 'output',
      prompt: expect.stringContaining('chatInput') as unknown,
    });
    expect(withOf(made)['tools']).toEqual([
      {
        type: 'workflow',
        name: 'find_it',
        description: 'Finds',
        workflow: 'w1',
        parameters: { city: { type: 'string', description: 'Name of it' } },
        input: { land: '{{ $json.land }}' },
      },
      {
        type: 'http',
        name: 'ai_tool1',
        description: 'Weather',
        method: 'GET',
        url: 'https://example.com/{city}',
        parameters: { city: { type: 'string', description: 'Where' }, day: { type: 'string' } },
        query: { unit: 'C' },
      },
      {
        type: 'code',
        name: 'double',
        description: 'x',
        parameters: { query: { type: 'string' } },
        language: 'javascript',
        source: 'async function main({ query }) {\nreturn query + query\n}',
      },
    ]);
  });

  it('extraction and classification', () => {
    const attributes = { attributes: [{ name: 'age', type: 'number', description: 'Years', required: true }] };
    const extract = mapped(
      `${AI}informationExtractor`,
      1,
      { text: '={{ $json.t }}', attributes },
      { ai_languageModel: [model] },
    );
    expect(withOf(extract)).toMatchObject({
      prompt: '{{ $json.t }}',
      schema: { type: 'object', properties: { age: { type: 'number', description: 'Years' } }, required: ['age'] },
      answer: 'output',
    });
    const categories = { categories: [{ category: 'a.b', description: 'x' }, { category: 'c' }] };
    const classify = mapped(`${AI}textClassifier`, 1, { inputText: 't', categories }, { ai_languageModel: [model] });
    expect(withOf(classify)).toMatchObject({
      classes: [{ id: 'a_b' }, { id: 'c' }, { id: 'Other' }],
      fallback: 'Other',
      output: '',
    });
  });

  it('messages to OpenAI are one request, an item per choice', () => {
    const made = mapped(`${AI}openAi`, 1.8, {
      modelId: { __rl: true, value: 'gpt-x' },
      messages: { values: [{ content: '={{ $json.q }}' }] },
    });
    expect(withOf(made)).toMatchObject({
      url: 'https://api.openai.com/v1/chat/completions',
      body: { model: 'gpt-x', messages: [{ role: 'user', content: '{{ $json.q }}' }] },
      items: 'choices',
      auth: { type: 'bearer', secret: 'openAiApi' },
    });
  });

  it.each<[string, Fields, Record<string, Fields[]>, string]>([
    [
      'agent',
      {},
      { ai_languageModel: [model], ai_memory: [{ type: `${AI}memoryBufferWindow` }] },
      'memoryBufferWindow',
    ],
    ['agent', {}, { ai_languageModel: [model], ai_tool: [{ type: `${AI}toolWikipedia` }] }, 'toolWikipedia'],
    ['chainLlm', {}, { ai_languageModel: [{ type: `${AI}lmChatAwsBedrock` }] }, 'lmChatAwsBedrock'],
    ['chainLlm', {}, {}, 'no chat model'],
    ['textClassifier', { options: { multiClass: true } }, { ai_languageModel: [model] }, 'one category'],
  ])('%s %j with %j is not supported', (type, parameters, attached, words) => {
    expect(errors(mapped(`${AI}${type}`, 1.7, parameters, attached))).toEqual([expect.stringContaining(words)]);
  });
});
