/**
 * Owns that every text of the studio is seen as it is: the page's elements are made here, and a text in one that holds
 * characters that hide or turn others (odd-characters.ts) is shown with them named, a title or label, too. So no screen
 * can forget it. The build puts this in the place of React's own (vite.config.ts); everything else is React's.
 */
import type { ElementType, ReactNode } from 'react';
import { Fragment, jsx as made, jsxs as madeOfMany } from 'react/jsx-runtime';
import { hasOdd, visibleText } from './odd-characters.ts';
import { Shown } from './shown.ts';

type Props = Record<string, unknown> & { children?: ReactNode };

/** Elements that take nothing but text. */
const TEXT_ONLY: ReadonlySet<unknown> = new Set(['option', 'title', 'text', 'tspan', 'textarea']);
const TEXT_PROPS = ['title', 'aria-label', 'aria-description', 'aria-valuetext', 'placeholder', 'alt'] as const;

const isOdd = (value: unknown): value is string => typeof value === 'string' && hasOdd(value);

/** Elements, fragments, and parts of libraries around one: links, titles of dialogs. Our own parts make theirs. */
const isElement = (type: ElementType): boolean => typeof type !== 'function';

function seen(type: ElementType, props: Props): Props {
  if (!isElement(type)) return props;
  const { children } = props;
  const inside = isOddIn(children);
  const texts = TEXT_PROPS.filter((name) => isOdd(props[name]));
  if (!inside && texts.length === 0) return props;
  return {
    ...props,
    ...Object.fromEntries(texts.map((name) => [name, visibleText(props[name] as string)])),
    ...(inside ? { children: shownIn(children, TEXT_ONLY.has(type), 0) } : {}),
  };
}

/** Asked of every element that is made, so nothing is copied here. */
const isOddIn = (children: unknown): boolean =>
  Array.isArray(children) ? (children as unknown[]).some(isOddIn) : isOdd(children);

function shownIn(children: ReactNode, textOnly: boolean, at: number): ReactNode {
  if (isOdd(children)) return textOnly ? visibleText(children) : made(Shown, { text: children }, `odd ${at}`);
  if (!Array.isArray(children)) return children;
  return (children as ReactNode[]).map((one, index) => shownIn(one, textOnly, index));
}

export { Fragment };

export function jsx(type: ElementType, props: Props, key?: string) {
  return made(type, seen(type, props), key);
}

export function jsxs(type: ElementType, props: Props, key?: string) {
  return madeOfMany(type, seen(type, props), key);
}

/** Of the development server. */
export function jsxDEV(type: ElementType, props: Props, key: string | undefined, isStatic: boolean) {
  return isStatic ? jsxs(type, props, key) : jsx(type, props, key);
}
