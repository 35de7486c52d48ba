/**
 * Owns what expressions see of the workflow around them, over the run data of fixtures: each row asks one expression
 * of one node, and says what the run data holds. Does not evaluate.
 */
import type { Json } from '@rondo/core/model/item.ts';

export interface ProxyRow {
  /** `NAME_workflow.json` and `NAME_run.json`. */
  fixture: string;
  node: string;
  /** Position of the current item. */
  index?: number;
  expression: string;
  expected?: Json;
  /** Part of the message. */
  error?: string;
}

const rows = (
  fixture: string,
  node: string,
  list: [expression: string, expected: Json, index?: number][],
): ProxyRow[] => list.map(([expression, expected, index = 0]) => ({ fixture, node, expression, expected, index }));
const errors = (fixture: string, list: [node: string, expression: string, message: string][]): ProxyRow[] =>
  list.map(([node, expression, error]) => ({ fixture, node, expression, error }));

const PAIRED = "$('Edit Fields').item.json.name";

export const PROXY_ROWS: readonly ProxyRow[] = [
  ...rows('base', 'End', [
    ["$('Rename').all().length", 5],
    ["$('Rename').all()[1].json.data", 160],
    ["$('Rename').first().json.data", 105],
    ["$('Rename').last().json.data", 950],
    ["$('Rename').item.json.data", 121, 2],
    ["$('Rename').itemMatching(2).json.data", 121],
    ["$('Rename').pairedItem(1).json.data", 160],
    ["$('Rename').params", { value1: 'data', value2: 'initialName' }],
    ["$('Rename').isExecuted", true],
    ["$('Set').isExecuted", false],
    ["$('Function').item.json.initialName", 275, 3],
    ["$('Function').itemMatching(4).json.initialName", 950],
    ["$('Start').all().length", 1],
    ["$('Start').item.json", {}, 4],
    ['$input.all().length', 5],
    ['$input.all()[1].json.data', 160],
    ['$input.first().json.data', 105],
    ['$input.last().json.data', 950],
    ['$input.item.json.data', 275, 3],
    ['$input.params', { value1: 'data', value2: 'initialName' }],
    ['$json.data', 950, 4],
    ['$data.data', 121, 2],
    ['$node["Rename"].json.data', 160, 1],
    ['$node.Function.json.initialName', 121, 2],
    ['$node["Rename"].parameter.value1', 'data'],
    ['$node["Rename"].runIndex', 0],
    ['$items("Rename").length', 5],
    ['$items("Function", 0, 0)[4].json.initialName', 950],
    ['$items().map(i => i.json.data)', [105, 160, 121, 275, 950]],
    ['$item(2).$json.data', 121],
    ['$item(3).$node["Function"].json.initialName', 275],
    ['$prevNode.name', 'Rename'],
    ['$prevNode.outputIndex', 0],
    ['$prevNode.runIndex', 0],
    ['$runIndex', 0],
    ['$thisRunIndex', 0],
    ['$itemIndex', 3, 3],
    ['$position', 3, 3],
    ['$thisItem.json.data', 275, 3],
    ["$('Rename').first(0, 0).json.data", 105],
    ["$if($('Set').isExecuted, $('Set').first().json.x, 'none')", 'none'],
    ["[0, 1].map((i) => $('Rename').itemMatching(i).json.data)", [105, 160]],
    ["$('Ren' + 'ame').first().json.data", 105],
    ['$nodeVersion', 1],
    ['$nodeId', 'uuid-5'],
    ["$fromAI('data')", 105],
    ["$fromAI('none', 'text', 'string', 'other')", 'other'],
  ]),
  ...errors('base', [
    ['End', "$('Set').first().json.x", "Node 'Set' hasn't been executed"],
    ['End', "$('Set').all()", "Node 'Set' hasn't been executed"],
    ['End', '$node["Set"].json.x', "Node 'Set' hasn't been executed"],
    ['End', "$('Rename').itemMatching()", 'Missing item index'],
    ['End', "$('Rename').all(3)", 'has no branch with index 3'],
    ['End', "$('Rename').all(0, 2)", 'Run 2 of node "Rename" not found'],
    ['End', '$input.first(0)', '$input.first() should have no arguments'],
    ['End', '$input.last(1)', '$input.last() should have no arguments'],
    ['End', '$item(9).$json.data', 'trying to access item 9'],
    ['End', '$env.HOME', 'access to env vars denied'],
    ['End', '$fromAI()', 'Add a key'],
    ['End', "$fromAI('not valid')", 'Invalid parameter key'],
  ]),
  ...rows('multiple_inputs', 'Output', [
    ["$('Set variable_3').item.json.variable_3", '3456'],
    ["$('Set main variable').item.json.main_variable", 2],
    ['$prevNode.name', 'Merge'],
    ['$json.variable_3', '3456'],
  ]),
  ...rows('multiple_outputs', 'Edit Fields', [
    ["$('If').first().json.name", 'First item'],
    ["$('If').last().json.name", 'Second item'],
    ["$('If').all().length", 2],
    ["$('If').all(0).length", 0],
    ["$('If').all(1).map(i => i.json.code)", [1, 2]],
  ]),
  ...errors('errors', [
    ['PairedItemMultipleMatches', PAIRED, 'Multiple matches found'],
    ['PairedItemMultipleMatches2', PAIRED, 'Multiple matches found'],
    ['PairedItemInfoMissing', PAIRED, "Paired item data for item from node 'Break pairedItem chain' is unavailable"],
    ['IncorrectPairedItem', PAIRED, "Can't get data for expression"],
    ['Reference impossible with .item', "$('Impossible').item.json.name", 'Invalid expression'],
    [
      'Reference impossible with .first()',
      "$('Impossible').first().json.name",
      "Node 'Impossible' hasn't been executed",
    ],
    ['PairedItemInfoMissing', "$('Impossible').item.json.name", 'Invalid expression'],
  ]),
];
