/** Owns saving a new workflow and opening it. A name that is taken gets a number. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { addressOfPlace } from '../app/addresses.ts';
import { ApiError, call, messageOf, queryClient } from '../app/api.ts';
import { numbered } from './template-list.ts';

const MOST_TRIES = 20;

export interface Creating {
  create(text: string): void;
  busy: boolean;
  error: string | null;
}

export function useCreate(): Creating {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const create = async (text: string): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const id = await save(text);
      await queryClient.invalidateQueries({ queryKey: ['GET /workflows'] });
      navigate(addressOfPlace.workflow(id));
    } catch (thrown) {
      setError(messageOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return { create: (text) => void create(text), busy, error };
}

async function save(text: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    try {
      return (await call('POST /workflows', { body: { text: numbered(text, number) } })).id;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409) || number === MOST_TRIES) throw error;
    }
  }
}
