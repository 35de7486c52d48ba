/** Owns whether the server answers, and since when it does not. Does not call it; app/api.ts reports. */
import { create } from 'zustand';

interface Connection {
  /** Null: it answers. */
  lostAt: number | null;
}

export const useConnection = create<Connection>(() => ({ lostAt: null }));

export function heardFromServer(): void {
  if (useConnection.getState().lostAt !== null) useConnection.setState({ lostAt: null });
}

export function lostServer(): void {
  if (useConnection.getState().lostAt === null) useConnection.setState({ lostAt: Date.now() });
}
