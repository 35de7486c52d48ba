/**
 * Owns the keyboard: which screen answers to which keys, sequences such as G H, and silence while somebody types.
 * Does not move the focus.
 */
import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import { usePreferences } from './preferences.ts';

export interface Key {
  /** `Cmd K`, `G H`, `Shift N`, `?`, `Esc`, `ArrowLeft`. Cmd is Ctrl where there is no Cmd. */
  keys: string;
  /** What it does, for the list of keys. */
  does: string;
  run(event: KeyboardEvent): void;
}

export interface KeyGroup {
  /** Where they work: "everywhere", "run". */
  where: string;
  keys: readonly Key[];
}

/** Groups that are on the screen now, the innermost last. */
export const useKeyGroups = create<{ groups: readonly KeyGroup[] }>(() => ({ groups: [] }));

/** Keys of a part while it is mounted. A later part goes before an earlier one. */
export function useKeys(where: string, keys: readonly Key[], enabled = true): void {
  const latest = useRef(keys);
  latest.current = keys;
  const signature = keys.map((key) => key.keys).join(',');
  useEffect(() => {
    if (!enabled) return undefined;
    const group: KeyGroup = {
      where,
      keys: latest.current.map(({ keys: names, does }) => ({
        keys: names,
        does,
        run: (event) => latest.current.find((one) => one.keys === names)?.run(event),
      })),
    };
    useKeyGroups.setState(({ groups }) => ({ groups: [...groups, group] }));
    return () => useKeyGroups.setState(({ groups }) => ({ groups: groups.filter((one) => one !== group) }));
  }, [where, signature, enabled]);
}

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** `Cmd K` as this machine writes it: ⌘K or Ctrl K. */
export function shown(keys: string): string {
  const mac: Record<string, string> = { Cmd: '⌘', Shift: '⇧', Alt: '⌥' };
  const parts = keys.split(' ').map((part) => (isMac ? (mac[part] ?? part) : part === 'Cmd' ? 'Ctrl' : part));
  return parts.map((part) => ARROWS[part] ?? part).join(isMac && mac[keys.split(' ')[0] ?? ''] ? '' : ' ');
}

const ARROWS: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };
const SEQUENCE_MS = 1_000;
const NAMES: Record<string, string> = { Escape: 'Esc', ' ': 'Space' };

/** A key press as its name: `Cmd Shift K`. Of letters, Shift counts; of signs such as `?` it does not. */
export function nameOf(event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey' | 'altKey' | 'shiftKey'>): string {
  const { key } = event;
  const letter = /^[a-z]$/i.test(key);
  const base = NAMES[key] ?? (letter ? key.toUpperCase() : key);
  const command = isMac ? event.metaKey : event.ctrlKey;
  const control = isMac && event.ctrlKey;
  const shift = event.shiftKey && (letter || key.length > 1);
  return [command && 'Cmd', control && 'Ctrl', event.altKey && 'Alt', shift && 'Shift', base].filter(Boolean).join(' ');
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type);
}

const PRESSABLE = 'button, a[href], summary, [role="button"], [role="checkbox"], [role="switch"], [role^="menuitem"]';
function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(PRESSABLE) !== null;
}

const isModified = (name: string): boolean => /^(Cmd|Ctrl|Alt) /.test(name) || name === 'Esc' || /^F\d+$/.test(name);

/** Listens once for the whole page. */
export function listenForKeys(): () => void {
  let before = '';
  let at = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const modified = isModified(name);
    if (!modified && isTyping(event.target)) return;
    // What has the focus and can be pressed is pressed, whatever else these keys do on the screen.
    if ((name === 'Enter' || name === 'Space') && isPressable(event.target)) return;
    if (!modified && /^(Shift )?[A-Z]$/.test(name) && !usePreferences.getState().letters) return;
    const now = performance.now();
    const sequence = now - at < SEQUENCE_MS && before !== '' ? `${before} ${name}` : '';
    const { groups } = useKeyGroups.getState();
    for (const wanted of [sequence, name]) {
      if (wanted === '') continue;
      for (const group of groups.toReversed()) {
        const key = group.keys.find((one) => one.keys === wanted);
        if (key === undefined) continue;
        before = '';
        event.preventDefault();
        key.run(event);
        return;
      }
    }
    before = /^[A-Z]$/.test(name) ? name : '';
    at = now;
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
