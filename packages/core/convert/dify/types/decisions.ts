/** Owns the mapping of nodes that choose a way: If/Else, Question Classifier, Human Input. */
import type { Json } from '../../../model/item.ts';
import { combinatorOf, nativeConditions } from '../conditions.ts';
import { textIn, type Members } from '../document.ts';
import { wordIn } from '../graph.ts';
import { objects, type Mapping } from '../mapping.ts';
import { modelOf } from './models.ts';

/** Cases of all versions; old files have the conditions of one case in the node itself. */
function casesOf(data: Members): Members[] {
  const cases = objects(data.cases);
  if (cases.length > 0 || data.conditions === undefined) return cases;
  return [{ case_id: 'true', logical_operator: data.logical_operator ?? 'and', conditions: data.conditions }];
}

const ELSE = 'false';

export const ifElse: Mapping = ({ data, names, report }) => {
  const rules: Json[] = [];
  for (const [i, one] of casesOf(data).entries()) {
    const conditions = nativeConditions(one.conditions, names, report, `cases.${i}.conditions`);
    if (conditions === null) return null;
    rules.push({
      conditions,
      combinator: combinatorOf(one.logical_operator),
      semantics: 'dify',
      output: wordIn(one.case_id) || wordIn(one.id) || 'true',
    });
  }
  const outputs = [...new Set(rules.map((rule) => (rule as { output: string }).output)), ELSE];
  return {
    type: 'switch',
    with: { rules, outputs: [...new Set(outputs)], fallback: ELSE },
    ports: [...new Set(outputs)].map((name) => [name, name]),
  };
};

export const classesOf = (data: Members): { id: string; name: string }[] =>
  objects(data.classes).flatMap((one) => {
    const id = wordIn(one.id);
    return id === '' ? [] : [{ id, name: textIn(one.name) }];
  });

export const questionClassifier: Mapping = (place) => {
  const { data, names, report } = place;
  const model = modelOf(place);
  const classes = classesOf(data);
  if (classes.length === 0) return report.invalid('There are no classes.', 'classes');
  if (memoryOf(data)) report.differs('Earlier messages of the conversation are not given to the model.', 'memory');
  return {
    type: 'question-classifier',
    with: {
      ...model,
      text: names.value(data.query_variable_selector),
      classes: classes.map(({ id, name }) => ({ id, description: names.text(name) })),
      instruction: names.text(data.instruction ?? data.instructions),
      fallback: (classes[0] as { id: string }).id,
      repairs: 0,
      answer: 'dify',
    },
    ports: classes.map(({ id }) => [id, id]),
  };
};

export const memoryOf = (data: Members): boolean => {
  const { memory } = data;
  if (memory === undefined || memory === null || typeof memory !== 'object' || Array.isArray(memory)) return false;
  const { window } = memory;
  return window !== null && typeof window === 'object' && !Array.isArray(window) && window?.enabled === true;
};

const TIMEOUT = '__timeout';

/** Its outputs can be given; nobody is asked here. */
export const humanInput: Mapping = ({ report }) => report.unsupported('Asking a person (human-input)');

export const actionsOf = (data: Members): string[] => [
  ...objects(data.user_actions).map((one) => textIn(one.id)),
  TIMEOUT,
];
