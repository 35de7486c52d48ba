/**
 * Owns scripts that lie in files of their own, as flows call them by path: each becomes a workflow of one node, which
 * takes the input of the run as its arguments. Does not find files.
 */
import type { Definition } from '../../model/definition.ts';
import type { Converted } from '../converted.ts';
import { checkScript, type Language } from './languages.ts';
import { Place } from './module.ts';

export function convertScript(content: string, file: string): Converted {
  const name = (file.split(/[\\/]/).at(-1) ?? file).replace(/(?:\.\w+)?\.(?:ts|py)$/, '') || 'script';
  const language: Language = file.endsWith('.py') ? 'python' : 'typescript';
  const place = new Place({ content }, [], [], name);
  if (!checkScript(place, language, content)) return { definition: null, diagnostics: place.out };
  const given = { mode: 'function', inputs: '{{ flow_input }}', code: content };
  const definition: Definition = {
    rondo: 1,
    name,
    settings: { dialect: 'openflow' },
    nodes: {
      [name]:
        language === 'python'
          ? { type: 'python', with: given }
          : { type: 'code', with: { ...given, language: 'typescript' } },
    },
    output: '{{ $json }}',
  };
  return { definition, diagnostics: place.out };
}
