/** Owns the languages of the code editor, and how expressions inside a text are marked. */
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import { RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { Dialect } from '@rondo/core/model/definition.ts';
import { codeParts } from './template-parts.ts';

export type EditorLanguage = 'template' | 'expression' | 'javascript' | 'python' | 'jinja' | 'json' | 'yaml';

export function languageOf(language: EditorLanguage, dialect: Dialect): Extension {
  switch (language) {
    case 'expression':
    case 'javascript':
      return javascript();
    case 'python':
      return python();
    case 'json':
      return json();
    case 'template':
      return marked((text) => codeParts(text, dialect).map(({ from, to, closed }) => [from - 2, closed ? to + 2 : to]));
    case 'jinja':
      return marked((text) =>
        [...text.matchAll(/\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/gs)].map((one) => [one.index, one.index + one[0].length]),
      );
    case 'yaml':
      return marked((text) => [...text.matchAll(/\{\{.*?\}\}/g)].map((one) => [one.index, one.index + one[0].length]));
  }
}

const EXPRESSION = Decoration.mark({ class: 'cm-expression' });
const TEXT = Decoration.mark({ class: 'cm-expression-text' });

/** Expressions in one colour, texts inside them in the other. */
function marked(places: (text: string) => readonly (readonly [from: number, to: number])[]): Extension {
  const build = (view: EditorView): DecorationSet => {
    const text = view.state.doc.toString();
    const builder = new RangeSetBuilder<Decoration>();
    for (const [from, to] of places(text)) {
      let at = from;
      for (const quoted of text.slice(from, to).matchAll(/(["'`])(?:\\.|(?!\1)[^\\])*\1/gs)) {
        const start = from + quoted.index;
        if (start > at) builder.add(at, start, EXPRESSION);
        builder.add(start, start + quoted[0].length, TEXT);
        at = start + quoted[0].length;
      }
      if (to > at) builder.add(at, to, EXPRESSION);
    }
    return builder.finish();
  };
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = build(view);
      }
      update(update: ViewUpdate): void {
        if (update.docChanged) this.decorations = build(update.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
