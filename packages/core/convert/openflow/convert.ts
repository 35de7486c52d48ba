/**
 * Owns the way from the parsed JSON of an OpenFlow file to a native definition. Its parts are beside it.
 *
 * Every module becomes a step that runs once and gives one item, whose json is the module's result: any JSON value.
 * What definitions of this dialect count on:
 *   - `{{ ... }}` as a whole value is one template, whatever stands inside: an expression, or statements with their
 *     own `return`. Any other text follows the native rules (`\{{` is `{{`).
 *   - Native names are there as well ($json, $loop, $vars, $error, ...).
 *   - `previous_result` and `result` are the json of the current item.
 *   - `results.ID`, `results?.ID`, `results["ID"]` are the json of the first item of the node ID of this level or a
 *     level around it, null when there is none.
 *   - `flow_input` is `$vars`, with `iter` ({index, value}) of the innermost loop around, `iter_parent` of the one
 *     around that, and so on. Only for-each and loop count, as `$loop` does: a container of type branches adds none.
 *     The value of a `loop` (over state) is its index.
 *   - `flow_env` is `$constants`.
 *   - `error` is found in the json of the current item: its field error, or the errors in a list.
 *   - A failed iteration or step, where its place is kept (onError item), is `{ error: { name, message, ... } }`.
 */
import type { Definition, InputField } from '../../model/definition.ts';
import type { Json } from '../../model/item.ts';
import { describe, isObject } from '../../model/shape.ts';
import { refused, type Converter } from '../converted.ts';
import { appendFailure } from './failure.ts';
import { Flow } from './flow.ts';
import { Place } from './module.ts';
import { appendSkip, hintsOf } from './options.ts';
import { appendModules, levelIn } from './sequence.ts';

/** Results are items here, and may be as large as the engine allows. */
const MiB = 1024 * 1024;
const LIMITS = { 'item.bytes': 16 * MiB, 'step.bytes': 64 * MiB };

export const convertOpenFlow: Converter = (value, options) => {
  const root = new Place(value, [], []);
  const flowValue = root.object('value');
  if (flowValue === undefined)
    return refused(['value'], `value must be an object, not ${describe(value.value ?? null)}.`);
  const { out } = root;
  const flow = new Flow(root, options);
  const level = levelIn({}, [], false);
  if (flowValue.list('modules') === undefined && out.length === 0) flowValue.missing('modules', 'its steps');
  settingsOf(flowValue);
  const skip = flowValue.text('skip_expr');
  if (skip !== undefined) appendSkip(flow, level, skip);
  appendModules(flow, level, flowValue, 'modules');
  appendFailure(flow, level);
  const inputs = inputsOf(root);
  const env = flowValue.object('flow_env');
  if (out.some((one) => one.severity === 'error')) return { definition: null, diagnostics: out };
  if (Object.keys(level.nodes).length === 0) level.nodes[flow.free('start')] = { type: 'manual' };
  const { summary, description, path } = value;
  const definition: Definition = {
    rondo: 1,
    ...(typeof path === 'string' && path.trim() !== '' ? { id: path } : {}),
    name: typeof summary === 'string' && summary.trim() !== '' ? summary : titleOf(options.file),
    ...(typeof description === 'string' && description.trim() !== '' ? { description } : {}),
    ...inputs,
    ...(env === undefined ? {} : { constants: env.fields }),
    settings: { dialect: 'openflow', limits: LIMITS, ...(options.strict ? { strict: true } : {}) },
    nodes: level.nodes,
    output: '{{ $json }}',
  };
  return { definition, diagnostics: out };
};

/** What the flow says for itself that is not a step. */
function settingsOf(value: Place): void {
  hintsOf(value);
  for (const key of ['same_worker', 'preserve_step_tags', 'chat_input_enabled']) {
    if (value.flag(key) === true) value.changed(`${key} has no effect: there is one runner.`, key);
  }
  for (const key of ['concurrent_limit', 'debounce_delay_s']) {
    if (value.number(key) !== undefined) value.differs(`${key} is not applied: each run starts at once.`, key);
  }
  if (value.text('early_return') !== undefined) {
    value.differs('early_return is not applied: the answer comes when the whole flow has ended.', 'early_return');
  }
  if (value.object('preprocessor_module') !== undefined) {
    value.differs(
      'preprocessor_module is not run: it is for triggers of Windmill. Give the input itself.',
      'preprocessor_module',
    );
  }
}

/** The schema of a flow says what people may give; Windmill checks only that what is required is there. */
function inputsOf(root: Place): { inputs?: Record<string, InputField> } {
  const schema = root.object('schema');
  const properties = schema?.object('properties')?.fields ?? {};
  const required = new Set((schema?.list('required') ?? []).filter((name) => typeof name === 'string'));
  const inputs: Record<string, InputField> = {};
  for (const [name, given] of Object.entries(properties)) {
    const property = isObject(given) ? given : {};
    const { description, default: preset } = property as { [key: string]: Json };
    const field: InputField = {
      ...(required.has(name) && preset === undefined ? { required: true } : {}),
      ...(preset === undefined || preset === null ? {} : { default: preset }),
      ...(typeof description === 'string' && description !== '' ? { description } : {}),
    };
    Object.defineProperty(inputs, name, { value: field, enumerable: true, configurable: true, writable: true });
  }
  return Object.keys(inputs).length === 0 ? {} : { inputs };
}

function titleOf(file: string): string {
  const parts = file.split(/[\\/]/);
  const name = (parts.at(-1) ?? file).replace(/\.[^.]*$/, '');
  // A flow of a synchronised workspace is a folder: name.flow/flow.yaml.
  const folder = /^(.+)[._]flow$/.exec(parts.at(-2) ?? '')?.[1];
  return (name === 'flow' ? (folder ?? name) : name) || 'flow';
}
