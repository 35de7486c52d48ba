/**
 * Owns showing a text so that nothing in it hides or turns what is beside it: characters that would are named in small
 * marks. The text itself stays, so what is copied is the real value. The page uses it by itself (jsx-runtime.ts).
 */
import { createElement, type ReactNode, useMemo } from 'react';
import { textParts } from './odd-characters.ts';

export function Shown({ text }: { text: string }): ReactNode {
  const parts = useMemo(() => textParts(text), [text]);
  const inside = parts.map(({ text: part, name }, key) =>
    name === null ? part : createElement('span', { key, className: 'odd', 'data-name': name, title: name }, part),
  );
  return createElement('span', { className: 'odd-text' }, inside);
}
