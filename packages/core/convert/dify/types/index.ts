/** Owns which mapping a type of Dify has. Containers and their parts are containers.ts. */
import { textIn } from '../document.ts';
import { ENDED } from '../expression.ts';
import type { Mapping } from '../mapping.ts';
import { aggregator, assigner, listOperator } from './data.ts';
import { humanInput, ifElse, questionClassifier } from './decisions.ts';
import { httpRequest } from './http.ts';
import { knowledgeRetrieval, llm, parameterExtractor } from './models.ts';
import { answer, code, end, start, template, trigger } from './texts.ts';

const tool: Mapping = ({ data, report }) => {
  const name = textIn(data.tool_label) || textIn(data.tool_name);
  const provider = textIn(data.provider_name) || textIn(data.provider_id);
  return report.unsupported(`The tool ${name} of ${provider} (${textIn(data.provider_type) || 'tool'})`, 'tool_name');
};

const agent: Mapping = ({ data, report }) =>
  report.unsupported(
    `An agent with the strategy ${textIn(data.agent_strategy_label) || textIn(data.agent_strategy_name)}`,
  );

/** The loop around ends after its round, whatever else happens in it. */
const loopEnd: Mapping = ({ names }) => {
  let at = names.level;
  while (at.container !== null && at.container.type !== 'loop' && at.parent !== null) at = at.parent;
  return { type: 'assign', with: { scope: 'loop', loop: at.container?.id ?? '', set: { [ENDED]: true } } };
};

export const MAPPINGS: Readonly<Record<string, Mapping>> = {
  'start': start,
  'trigger-webhook': trigger,
  'trigger-schedule': trigger,
  'trigger-plugin': trigger,
  'end': end,
  'answer': answer,
  'template-transform': template,
  'code': code,
  'http-request': httpRequest,
  'llm': llm,
  'parameter-extractor': parameterExtractor,
  'question-classifier': questionClassifier,
  'knowledge-retrieval': knowledgeRetrieval,
  'if-else': ifElse,
  'variable-aggregator': aggregator,
  'assigner': assigner,
  'list-operator': listOperator,
  'human-input': humanInput,
  'tool': tool,
  'agent': agent,
  'loop-end': loopEnd,
};
