/**
 * Owns the table of names that expressions of converted Dify files may use besides the native ones. What they do is
 * core/dify/functions.ts.
 */
import { row, type ScopeName } from '../names.ts';

export const DIFY_SCOPE_NAMES: readonly ScopeName[] = [
  row('function', '$get', "$get($('id').outputs, 'a', 'b')", 'A member of outputs; undefined where there is none.'),
  row('function', '$need', "$need(value, 'id.a')", 'The value; where it is undefined, the node fails.'),
  row('function', '$maybe', "$maybe(value, 'id.a')", 'The value for a condition, which fails where it is undefined.'),
  row('function', '$found', '$found(a, b)', 'Those of the values that are not undefined.'),
  row('function', '$text', "$text(value, 'id.a')", 'The value as Dify spells it in prompts and requests.'),
  row('function', '$markdown', "$markdown(value, 'id.a')", 'The value as Dify spells it in answers.'),
  row('function', '$files', '$files(a, b)', 'The files among the values.'),
  row('function', '$holds', "$holds([{ left, op: 'equals', right }], 'and')", 'Whether conditions hold, as in Dify.'),
  row('function', '$attempt', '$attempt(() => value)', 'What the function gives; false where it fails.'),
  row('function', '$way', "$way(value, ['a', 'b'], 'a')", 'The way that a value names, or another one.'),
  row('function', '$iterable', "$iterable(value, ['id', 'a'])", 'The list that an iteration goes through.'),
  row('function', '$rounds', '$rounds($input.all(), true)', 'The output of an iteration from its rounds.'),
  row('function', '$lastRound', '$lastRound($input.all())', 'What ends and answers of the last round gave.'),
  row('function', '$merged', '$merged(a, b)', 'Outputs put together: texts of answers follow one another.'),
  row('function', '$present', '$present(object)', 'The object without members that are null.'),
  row('function', '$number', "$number(value, 'name')", 'The number that a form gave as text.'),
  row('function', '$file', '$file(value)', 'A file of the input, or a list of them, as Dify has them.'),
  row('function', '$serial', "$serial('1')", 'A position from 1, from text.'),
  row('function', '$elements', "$elements(value, 'id.a')", 'The list that a list operator works on.'),
  row('function', '$context', '$context(value)', 'The context of a prompt as text.'),
  row('function', '$pictures', '$pictures(value)', 'Addresses of the files among the values.'),
  row('function', '$pairs', "$pairs('a: 1')", 'Lines of key: value as a list of { name, value }.'),
  row('function', '$authorization', "$authorization('bearer', key, '')", 'The header of an authorization.'),
  row('function', '$jsonBody', '$jsonBody(text)', 'The text as JSON, mended where it is not quite.'),
];
