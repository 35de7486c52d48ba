/**
 * Owns copy, cut and paste on the canvas by the browser's own events, so that they work without permission: nodes as
 * native text; what is pasted may be of another product.
 */
import type { Definition } from '@rondo/core/model/definition.ts';
import { type RefObject, useEffect } from 'react';
import { openImport } from '../../app/import.ts';
import { toast } from '../../ui/toast.tsx';
import { definitionOf, fragmentOf } from '../document/fragment.ts';
import { change, documentOf } from '../document/store.ts';
import { placedNode } from '../document/tree.ts';
import { remove } from './actions.ts';

/** Texts that are edited have their own clipboard. */
function isElsewhere(frame: HTMLElement | null): boolean {
  const { activeElement } = document;
  if (activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement) return true;
  if (activeElement instanceof HTMLElement && activeElement.isContentEditable) return true;
  const chosen = getSelection();
  if (chosen !== null && !chosen.isCollapsed && chosen.toString() !== '') return true;
  return activeElement !== null && activeElement !== document.body && frame?.contains(activeElement) === false;
}

export function useCanvasClipboard(workflow: string, frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent): void => {
      const { definition, selection } = documentOf(workflow);
      if (isElsewhere(frame.current) || selection.length === 0) return;
      const fragment = definitionOf(fragmentOf(definition, selection), 'Copied nodes');
      // JSON is YAML too, and writing it needs nothing that would have to be loaded first.
      event.clipboardData?.setData('text/plain', `${JSON.stringify(fragment, null, 2)}\n`);
      event.preventDefault();
      if (event.type === 'cut') remove(workflow);
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (isElsewhere(frame.current)) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text.trim() === '') return;
      event.preventDefault();
      void paste(workflow, text);
    };
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [workflow, frame]);
}

async function paste(workflow: string, text: string): Promise<void> {
  const { readPasted } = await import('./pasted.ts');
  const pasted = readPasted(text);
  const { definition, selection } = documentOf(workflow);
  if (pasted === null) {
    toast('The clipboard holds no nodes.');
    return;
  }
  const fits = (other: Definition): boolean =>
    Object.keys(definition.nodes).length === 0 ||
    (other.settings?.dialect ?? 'native') === (definition.settings?.dialect ?? 'native');
  // Expressions of another product mean something else here: the dialog shows what becomes of them.
  if (pasted.definition === null || !fits(pasted.definition)) {
    openImport({ name: '', text });
    return;
  }
  const { nodes, layout = {}, settings } = pasted.definition;
  const [first] = selection;
  const container = first === undefined ? null : (placedNode(definition, first)?.container ?? null);
  if (settings !== undefined && Object.keys(definition.nodes).length === 0)
    change(workflow, { do: 'workflow', fields: { settings } });
  change(workflow, { do: 'paste', fragment: { nodes, layout }, container });
}
