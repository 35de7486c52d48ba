/**
 * Owns the one code editor: texts with expressions, single expressions, code. CodeMirror, in a chunk of its own; the
 * rest of the panel reaches it through code-field.tsx. Evaluates nothing.
 */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type Completion,
  type CompletionContext,
  completionKeymap,
  completionStatus,
  type CompletionResult,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { Annotation, Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, placeholder as placeholderOf } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Diagnostic } from '@rondo/api/schemas/shared.ts';
import { nonce } from '../../app/nonce.ts';
import { nameOf, ODD } from '../../ui/odd-characters.ts';
import { completionsAt, type Option } from './complete.ts';
import { droppedCode } from './dragging.ts';
import { type EditorLanguage, languageOf } from './languages.ts';
import { asExpression } from './one-expression.ts';
import type { Scope } from './scope.ts';
import { codeParts, type ExpressionPlace, mistakesOf, partAt } from './template-parts.ts';
import { LOOK } from './look.ts';

export interface EditorProps {
  value: string;
  onChange(value: string): void;
  /** For screen readers. */
  label: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  language: EditorLanguage;
  scope: Scope | null;
  place?: ExpressionPlace;
  readOnly?: boolean;
  placeholder?: string;
  /** What the compiler says of the text, here in the browser. */
  onMistakes?(mistakes: readonly Diagnostic[]): void;
  /** The caret came here: `insert` puts code in at it. */
  onFocus?(insert: (code: string) => void): void;
  /** The line of a longer text that the caret is in, where its expressions are whole; null: take all of it. */
  onCaret?(line: string | null): void;
  onExpand?(): void;
  /** Without it, Esc leaves the editor. */
  onEscape?: (() => void) | undefined;
}

const FROM_OUTSIDE = Annotation.define<boolean>();
/** After a pause: half an expression is no mistake yet. */
const MISTAKES_AFTER_MS = 700;

export default function Editor(props: EditorProps) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const settings = useRef(new Compartment());

  useEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const made = new EditorView({
      parent: current,
      doc: latest.current.value,
      extensions: [
        EditorView.cspNonce.of(nonce()),
        history(),
        closeBrackets(),
        bracketMatching(),
        indentOnInput(),
        EditorView.lineWrapping,
        highlightSpecialChars({ specialChars: new RegExp(ODD, 'gu'), render: markOf }),
        LOOK,
        autocompletion({
          override: [(context) => optionsAt(context, latest.current)],
          icons: false,
          activateOnTypingDelay: 60,
          optionClass: () => 'cm-offer',
          addToOptions: [{ position: 60, render: (completion) => factsOf(completion as Offer) }],
        }),
        keymap.of([
          { key: 'Mod-Space', run: startCompletion },
          {
            key: 'Mod-e',
            run: () => {
              latest.current.onExpand?.();
              return latest.current.onExpand !== undefined;
            },
          },
          {
            key: 'Escape',
            run: (target) => {
              if (completionStatus(target.state) !== null) return false;
              if (latest.current.onEscape !== undefined) latest.current.onEscape();
              else leave(target);
              return true;
            },
          },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        settings.current.of(settingsOf(latest.current)),
        EditorView.domEventHandlers({
          focus: () =>
            latest.current.onFocus?.((code) => view.current !== null && insertCode(view.current, code, latest.current)),
          drop: (event, target) => {
            const code = droppedCode(event.dataTransfer);
            if (code === null || latest.current.readOnly === true) return false;
            event.preventDefault();
            const at = target.posAtCoords({ x: event.clientX, y: event.clientY });
            if (at !== null) target.dispatch({ selection: { anchor: at } });
            insertCode(target, code, latest.current);
            return true;
          },
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged || update.selectionSet) latest.current.onCaret?.(lineAt(update.state, latest.current));
          if (!update.docChanged || update.transactions.some((one) => one.annotation(FROM_OUTSIDE) === true)) return;
          latest.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  const { value, language, readOnly, label, describedBy, invalid, placeholder, scope } = props;
  const dialect = scope?.dialect ?? 'native';
  useEffect(() => {
    view.current?.dispatch({ effects: settings.current.reconfigure(settingsOf(latest.current)) });
  }, [language, readOnly, label, describedBy, invalid, placeholder, dialect]);
  useEffect(() => {
    const { current } = view;
    if (current === null || current.state.doc.toString() === value) return;
    current.dispatch({
      changes: { from: 0, to: current.state.doc.length, insert: value },
      annotations: FROM_OUTSIDE.of(true),
    });
  }, [value]);
  const nodes = scope?.nodes;
  useEffect(() => {
    const { onMistakes, place } = latest.current;
    if (onMistakes === undefined || nodes === undefined) return undefined;
    const timer = setTimeout(() => {
      const text = language === 'expression' ? asExpression(value) : value;
      const asked = language === 'expression' || (language === 'template' && value.includes('{{'));
      const ids = nodes.map((one) => one.id);
      onMistakes(
        asked && value.trim() !== '' ? mistakesOf(text, { dialect, nodes: ids, ...(place && { place }) }) : [],
      );
    }, MISTAKES_AFTER_MS);
    return () => clearTimeout(timer);
  }, [value, language, dialect, nodes]);

  return <div ref={frame} className="min-h-0" />;
}

/** A character that hides or turns others, by its name. */
function markOf(code: number): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'odd';
  mark.dataset['name'] = nameOf(String.fromCodePoint(code));
  mark.title = mark.dataset['name'];
  return mark;
}

/** The keyboard is back in the panel, where Esc closes it. */
function leave(view: EditorView): void {
  view.contentDOM.blur();
  view.dom.closest('aside')?.querySelector<HTMLElement>('h2[tabindex]')?.focus({ preventScroll: true });
}

function settingsOf({
  language,
  scope,
  readOnly = false,
  label,
  describedBy,
  invalid,
  placeholder,
}: EditorProps): Extension {
  return [
    languageOf(language, scope?.dialect ?? 'native'),
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({
      'aria-label': label,
      ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }),
      ...(invalid === true ? { 'aria-invalid': 'true' } : {}),
      ...(readOnly ? { 'aria-readonly': 'true' } : {}),
      spellcheck: 'false',
    }),
    placeholder === undefined ? [] : placeholderOf(placeholder),
  ];
}

type Offer = Completion & { offer: Option };

function optionsAt(context: CompletionContext, { language, scope }: EditorProps): CompletionResult | null {
  if (scope === null || language === 'json' || language === 'yaml') return null;
  const text = context.state.doc.toString();
  let [start, code] = [0, text];
  if (language === 'template') {
    const part = partAt(text, context.pos, scope.dialect);
    if (part === null) return null;
    [start, code] = [part.from, text.slice(part.from, part.to)];
  }
  const found = completionsAt(code, context.pos - start, scope);
  if (found === null) return null;
  const typed = context.pos - start - found.from;
  const afterDot = /[.'"`]$/.test(code.slice(0, found.from));
  if (!context.explicit && typed === 0 && !afterDot) return null;
  return {
    from: start + found.from,
    validFor: /^[\w$]*$/,
    options: found.options.map(
      (offer, at): Offer => ({
        label: offer.label,
        offer,
        // As the data has them, not by the alphabet.
        boost: -Math.min(at, 98),
        ...(offer.doc === '' ? {} : { info: offer.doc }),
        apply: (view, _, from, to) => {
          const insert = offer.insert ?? offer.label;
          const begin = offer.from === undefined ? from : start + offer.from;
          const caret =
            begin + insert.length - (insert.endsWith('()') && !/\.(first|last|all)\(\)$/.test(insert) ? 1 : 0);
          view.dispatch({
            changes: { from: begin, to, insert },
            selection: { anchor: caret },
            userEvent: 'input.complete',
          });
        },
      }),
    ),
  };
}

function factsOf({ offer }: Offer): Node {
  const row = document.createElement('span');
  row.className = 'cm-offer-facts';
  const cell = (text: string, name: string): void => {
    const span = document.createElement('span');
    span.className = name;
    span.textContent = text;
    row.append(span);
  };
  cell(offer.type, 'cm-offer-type');
  cell(offer.value, 'cm-offer-value');
  if (offer.fact !== null) cell(offer.fact.text, offer.fact.warn ? 'cm-offer-warn' : 'cm-offer-fact');
  return row;
}

function lineAt(state: EditorState, { language, scope }: EditorProps): string | null {
  if (language !== 'template' || state.doc.lines === 1) return null;
  const { text } = state.doc.lineAt(state.selection.main.head);
  const parts = codeParts(text, scope?.dialect ?? 'native');
  return parts.length > 0 && parts.every((one) => one.closed) ? text : null;
}

/** Into an expression as it is, into text in braces. */
function insertCode(view: EditorView, code: string, { language, scope }: EditorProps): void {
  const { from, to } = view.state.selection.main;
  const text = view.state.doc.toString();
  const inCode =
    language !== 'template' ||
    codeParts(text, scope?.dialect ?? 'native').some((one) => from >= one.from && to <= one.to);
  const insert = inCode ? code : asExpression(code);
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length },
    userEvent: 'input.drop',
  });
  view.focus();
}
