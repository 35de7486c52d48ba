/**
 * Owns what this browser remembers of its user: theme, single-letter keys, positions of splitters, what was skipped.
 * Does not hold anything that a link must carry (that is in the address) or that the server knows.
 */
import { create } from 'zustand';

export type Theme = 'system' | 'light' | 'dark';

interface Preferences {
  theme: Theme;
  /** Keys without Cmd, such as N for the next failed iteration. */
  letters: boolean;
  /** Sizes of splitters, by name. */
  sizes: Record<string, number>;
  /** What was ended for good, such as the strip of the first run. */
  skipped: string[];
}

/** public/theme.js reads it, too. */
const KEY = 'rondo.preferences';
const DEFAULTS: Preferences = { theme: 'system', letters: true, sizes: {}, skipped: [] };

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export const usePreferences = create<Preferences>(read);

usePreferences.subscribe((state) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Private windows may keep nothing; it holds for this page then.
  }
});

export function setTheme(theme: Theme): void {
  usePreferences.setState({ theme });
  dispatchEvent(new Event('rondo:theme'));
}

export function setSize(name: string, value: number): void {
  usePreferences.setState(({ sizes }) => ({ sizes: { ...sizes, [name]: value } }));
}

export function skip(what: string): void {
  usePreferences.setState(({ skipped }) => ({ skipped: [...new Set([...skipped, what])] }));
}
