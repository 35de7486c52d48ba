/**
 * Owns the mappings of Code and of its predecessors Function and Function Item.
 */
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
  if (script) return coded(node, mode, text, 'n8n');
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
export function functionNode(node: N8nNode): Mapped {
  const text = raw(node, 'functionCode', '');
  return coded(node, ALL, typeof text === 'string' ? text : '', 'n8n-function');
}

export function functionItem(node: N8nNode): Mapped {
  const text = raw(node, 'functionCode', '');
  return coded(node, EACH, typeof text === 'string' ? text : '', 'n8n-function');
}

function coded(node: N8nNode, mode: string, text: string, semantics: string): Mapped {
  // The field of the editor takes code with or without the mark of an expression.
  const body = text.startsWith('=') ? text.slice(1) : text;
  const all = mode === ALL;
  return {
    type: 'code',
    with: { code: body === '' ? 'return [];' : body, mode: all ? 'all' : 'item', semantics },
    // A call for all items that fails gives one item that says so, without fields of another.
    ...(all && node.onError === 'continueErrorOutput' ? { loop: { fallback: { error: '{{ $error.message }}' } } } : {}),
  };
}
