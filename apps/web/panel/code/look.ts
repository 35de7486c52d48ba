/** Owns the look of the code editor, in the tokens of the studio: both themes, more contrast, forced colours. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const THEME = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '5px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '1.500px' },
  '.cm-placeholder': { color: 'var(--ink3)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--line2)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selected)', color: 'inherit' },
  '.cm-expression': { color: 'var(--code-number)', fontWeight: '500' },
  '.cm-expression-text': { color: 'var(--code-string)' },
  '.cm-tooltip': {
    zIndex: '60',
    border: '1px solid var(--line2)',
    borderRadius: '9px',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    boxShadow: 'var(--raise-3)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--sans)',
    maxHeight: '240px',
    minWidth: '300px',
    maxWidth: 'min(460px, 80vw)',
    padding: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li.cm-offer': {
    display: 'grid',
    gridTemplateColumns: 'minmax(76px, auto) minmax(0, 1fr)',
    gap: '8px',
    alignItems: 'center',
    padding: '1px 8px',
    lineHeight: '20px',
    borderRadius: '6px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected].cm-offer': { background: 'var(--selected)', color: 'var(--ink)' },
  '.cm-offer .cm-completionLabel': { fontFamily: 'var(--mono)', fontSize: '12.500px', fontWeight: '500' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--code-number)' },
  '.cm-offer-facts': {
    display: 'grid',
    gridTemplateColumns: '54px minmax(0, 1fr) auto',
    gap: '8px',
    alignItems: 'center',
    fontSize: '12px',
    minWidth: '0',
  },
  '.cm-offer-type': { color: 'var(--ink3)' },
  '.cm-offer-value': { color: 'var(--ink2)', overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '.cm-offer-fact': { color: 'var(--ink3)', fontSize: '11px' },
  '.cm-offer-warn': {
    color: 'var(--warn)',
    background: 'var(--warn-soft)',
    border: '1px solid var(--warn-line)',
    borderRadius: '9px',
    fontSize: '11px',
    lineHeight: '16px',
    padding: '0 6px',
  },
  '.cm-tooltip.cm-completionInfo': {
    padding: '6px 8px',
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    lineHeight: '16px',
    color: 'var(--ink2)',
    maxWidth: '240px',
  },
});

const COLORS = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], color: 'var(--ink)', fontWeight: '600' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--ink3)' },
  { tag: [tags.variableName, tags.propertyName], color: 'var(--code-key)' },
]);

export const LOOK: Extension = [THEME, syntaxHighlighting(COLORS)];
