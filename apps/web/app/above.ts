/** Owns what lies above every screen, so that any part can open it: find, and the list of keys. */
import { create } from 'zustand';

export const useAbove = create<{ above: 'find' | 'keys' | null }>(() => ({ above: null }));

export const openFind = (): void => useAbove.setState({ above: 'find' });
export const openKeys = (): void => useAbove.setState({ above: 'keys' });
export const closeAbove = (): void => useAbove.setState({ above: null });
