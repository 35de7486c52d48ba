/** Owns reading design tokens where CSS does not reach: canvases. Told when the theme changes. */
export type Token =
  | 'bg'
  | 'surface'
  | 'line'
  | 'line2'
  | 'ink'
  | 'ink2'
  | 'ink3'
  | 'accent'
  | 'failed'
  | 'cell-completed'
  | 'cell-not-started'
  | 'cell-in-flight'
  | 'cell-failed'
  | 'cell-skipped';

export function tokenColor(token: Token): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}

/** Calls back after every change of theme, contrast or forced colours; answers how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const queries = ['(prefers-contrast: more)', '(forced-colors: active)'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', changed);
  };
}
