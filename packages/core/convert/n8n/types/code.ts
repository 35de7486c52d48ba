/**
 * Owns the mappings of Code and of its predecessors Function and Function Item.
 */
import { needsOf } from '../../../script/needs.ts';
import { PLATFORM_MODULES } from '../../../expression/platform-names.ts';
import { choice, raw, type Mapped, type N8nNode, type Report } from '../node.ts';

const ALL = 'runOnceForAllItems';
const EACH = 'runOnceForEachItem';

export function code(node: N8nNode, report: Report): Mapped | null {
  const mode = choice(node, 'mode', [ALL, EACH], ALL, report);
  const language = choice(node, 'language', ['javaScript', 'python', 'pythonNative'], 'javaScript', report);
  if (mode === null || language === null) return null;
  const script = language === 'javaScript';
  const found = raw(node, script ? 'jsCode' : 'pythonCode', '');
  const text = typeof found === 'string' ? found : '';
  if (script) return coded(node, mode, text, 'n8n', { report, parameter: 'jsCode' });
  if (N8N_NAMES.test(text)) {
    report.unsupported('Python code sees _items, _item, _json and _index only.', 'pythonCode');
    return null;
  }
  return { type: 'python', with: { code: text === '' ? 'return []' : text, mode: mode === ALL ? 'all' : 'item' } };
}

/** What Python could read in old versions. */
const N8N_NAMES =
  /\b_(?:input|node|workflow|execution|prevNode|now|today|runIndex|jmespath|getWorkflowStaticData)\b|\b_\(/;

/** In Function and Function Item a result that is no list, or no object, is an error of its own. */
export function functionNode(node: N8nNode, report: Report): Mapped {
  const text = raw(node, 'functionCode', '');
  return coded(node, ALL, typeof text === 'string' ? text : '', 'n8n-function', inFunction(report));
}

export function functionItem(node: N8nNode, report: Report): Mapped {
  const text = raw(node, 'functionCode', '');
  return coded(node, EACH, typeof text === 'string' ? text : '', 'n8n-function', inFunction(report));
}

interface Told {
  report: Report;
  parameter: string;
}

const inFunction = (report: Report): Told => ({ report, parameter: 'functionCode' });

/** Said before the run: the way to it may never be taken. */
function tellMissing(text: string, { report, parameter }: Told): void {
  const { modules, names } = needsOf(text, ['fetch', '$helpers']);
  for (const module of modules) {
    if (PLATFORM_MODULES.includes(module.replace(/^node:/, ''))) continue;
    const there = PLATFORM_MODULES.join(', ');
    report.differs(
      `its code asks for the module ${module}, and fails there: of modules there are ${there}.`,
      parameter,
    );
  }
  const helper = /\bthis\.helpers\.(\w+)/.exec(text)?.[1];
  const used = [...names, ...(helper === undefined ? [] : [`this.helpers.${helper}`])];
  for (const name of used) {
    report.differs(`its code uses ${name}, and fails there: use nodes for requests and files.`, parameter);
  }
}

function coded(node: N8nNode, mode: string, text: string, semantics: string, told: Told): Mapped {
  // The field of the editor takes code with or without the mark of an expression.
  const body = text.startsWith('=') ? text.slice(1) : text;
  tellMissing(body, told);
  const all = mode === ALL;
  return {
    type: 'code',
    with: { code: body === '' ? 'return [];' : body, mode: all ? 'all' : 'item', semantics },
    // A call for all items that fails gives one item that says so, without fields of another.
    ...(all && node.onError === 'continueErrorOutput' ? { loop: { fallback: { error: '{{ $error.message }}' } } } : {}),
  };
}
