/**
 * Owns defineNode: checks a node type when its module loads, so that a mistake in it shows at start-up
 * and not in a run, and lets an effect run only with parameters that fit. Does not run nodes.
 */
import { Defect, failure, FailureError } from '@rondo/core/errors.ts';
import type { Json } from '@rondo/core/model/item.ts';
import type { EffectCall, NodeExample, NodeType, ParameterSpec, PortSpec } from '@rondo/core/model/node-type.ts';
import { describeMisfit, misfit } from './fit.ts';
import { isObject } from './paths.ts';

/** The port of a node that has one. */
export const MAIN: readonly PortSpec[] = [{ name: 'main' }];

const TYPE_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const PARAMETER_NAME = /^[a-z][A-Za-z0-9]*$/;

/** The node type, checked. Throws a Defect that lists every mistake. */
export function defineNode(spec: NodeType): NodeType {
  const problems = problemsOf(spec);
  if (problems.length > 0) {
    throw new Defect(`Node type ${spec.type || '(without a name)'} is not valid:\n  ${problems.join('\n  ')}`);
  }
  const { run } = spec;
  if (run === undefined) return spec;
  // Taken apart once: this is on the way of every call.
  const evaluated = Object.entries(spec.parameters).filter(([, parameter]) => parameter.evaluate !== 'never');
  return {
    ...spec,
    run(call) {
      checkParameters(evaluated, call);
      return run(call);
    },
  };
}

type Run = NonNullable<NodeType['run']>;

/** The work of a node, loaded by its first call: whoever does not use the node does not pay for what it needs. */
export function runFrom(load: () => Promise<{ run: Run }>): Run {
  let loaded: { run: Run } | null = null;
  return async (call) => {
    // import() of what is there already costs more than all else that is done here for a call.
    loaded ??= await load();
    return loaded.run(call);
  };
}

/** Stops an effect with a Failure that names the first parameter that does not fit. */
function checkParameters(parameters: readonly (readonly [string, ParameterSpec])[], call: EffectCall): void {
  for (const [name, parameter] of parameters) {
    const found = misfit(parameter, call.params[name], name, false);
    if (found !== null) {
      throw new FailureError(
        failure('wrong-type', describeMisfit(found), {
          retry: 'no',
          fix: `Correct ${found.name}, or the expression that gives it.`,
        }),
      );
    }
  }
}

export function problemsOf(spec: NodeType): string[] {
  const out: string[] = [];
  if (!TYPE_NAME.test(spec.type)) out.push('type must be words in lower case joined by "-".');
  if (spec.title.trim() === '') out.push('title is empty.');
  if (spec.description.trim() === '') out.push('description is empty.');
  checkWork(spec, out);
  for (const side of ['inputs', 'outputs'] as const) checkPorts(side, portsOf(spec, side, {}), out);
  for (const [name, parameter] of Object.entries(spec.parameters)) checkParameter(name, name, parameter, out);
  if (spec.examples.length === 0) out.push('there must be at least one example.');
  for (const example of spec.examples) checkExample(spec, example, out);
  return out;
}

function checkWork(spec: NodeType, out: string[]): void {
  const pure = spec.work === 'kernel' || spec.work === 'fold';
  if (pure && !spec.module?.startsWith('file:')) out.push(`a ${spec.work} needs module, the URL of its kernel.ts.`);
  if (!pure && spec.module !== undefined) out.push(`module belongs to kernels and folds, not to a ${spec.work}.`);
  if (spec.work === 'effect' && spec.run === undefined) out.push('an effect needs run.');
  if (spec.work !== 'effect' && spec.run !== undefined) out.push(`run belongs to effects, not to a ${spec.work}.`);
  if (spec.work !== 'kernel' && spec.work !== 'effect' && spec.unit !== undefined) {
    out.push(`unit belongs to kernels and effects, not to a ${spec.work}.`);
  }
  for (const field of ['paged', 'block', 'safe'] as const) {
    if (spec.work !== 'effect' && spec[field] !== undefined) out.push(`${field} belongs to effects.`);
  }
}

/** Ports of one side for the given raw parameters. */
export function portsOf(spec: NodeType, side: 'inputs' | 'outputs', raw: Record<string, Json>): readonly PortSpec[] {
  const ports = spec[side];
  return typeof ports === 'function' ? ports(raw) : ports;
}

function checkPorts(side: string, ports: readonly PortSpec[], out: string[]): void {
  const names = new Set<string>();
  for (const { name } of ports) {
    if (name === '' || name.includes('.')) out.push(`${side}: "${name}" is no port name (not empty, no dot).`);
    if (names.has(name)) out.push(`${side}: port ${name} is there twice.`);
    names.add(name);
  }
}

function checkParameter(name: string, at: string, spec: ParameterSpec, out: string[]): void {
  if (!PARAMETER_NAME.test(name)) out.push(`parameter ${at}: the name must be camelCase.`);
  if (spec.description.trim() === '') out.push(`parameter ${at}: description is empty.`);
  if (spec.required && spec.default !== undefined) out.push(`parameter ${at}: required, so its default is never used.`);
  if (spec.default !== undefined) {
    const found = misfit(spec, spec.default, 'default', false);
    if (found !== null) out.push(`parameter ${at}: ${describeMisfit(found)}`);
  }
  if (spec.fields !== undefined && !['object', 'list', 'any'].includes(spec.type)) {
    out.push(`parameter ${at}: only objects and lists have fields.`);
  }
  for (const [key, field] of Object.entries(spec.fields ?? {})) checkParameter(key, `${at}.${key}`, field, out);
}

function checkExample(spec: NodeType, example: NodeExample, out: string[]): void {
  const at = `example "${example.title}"`;
  if (example.title.trim() === '') out.push('an example has no title.');
  for (const key of Object.keys(example.with)) {
    if (!Object.hasOwn(spec.parameters, key)) out.push(`${at}: there is no parameter ${key}.`);
  }
  for (const [name, parameter] of Object.entries(spec.parameters)) {
    const found = misfit(parameter, example.with[name], name, !parameter.jinja && parameter.type !== 'code');
    if (found !== null) out.push(`${at}: ${describeMisfit(found)}`);
  }
  const inputs = portsOf(spec, 'inputs', example.with);
  if (inputs.length > 1 && example.input !== undefined && !example.input.every((list) => Array.isArray(list))) {
    out.push(`${at}: input must be one list per input port (${inputs.map((p) => p.name).join(', ')}).`);
  }
  if (!isObject(example.output)) return;
  const outputs = new Set(portsOf(spec, 'outputs', example.with).map((port) => port.name));
  for (const name of Object.keys(example.output)) {
    if (!outputs.has(name)) out.push(`${at}: there is no output ${name}.`);
  }
}
