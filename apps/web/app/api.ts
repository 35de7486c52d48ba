/**
 * Owns how the studio talks to the server: the typed client, the hooks around it, the cache, and what errors say.
 * Does not know any screen.
 */
import {
  type QueryKey,
  QueryClient,
  useMutation,
  type UseMutationOptions,
  type UseMutationResult,
  useQuery,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
import { type Answer, ApiError, type Call, createClient, type Given, type RouteName } from '@rondo/api/client.ts';
import { heardFromServer, lostServer } from './connection.ts';

export { ApiError, addressOf } from '@rondo/api/client.ts';
export type { Answer, Given, RouteName } from '@rondo/api/client.ts';

const send = createClient();

/** Routes for which 401 is an answer to what was typed, or to the question itself. */
const OWN: ReadonlySet<RouteName> = new Set(['GET /me', 'POST /session', 'POST /setup']);

/** Calls the server; `call('GET /runs/{id}', { params: { id } })`. */
export const call: Call = async (route, given) => {
  try {
    const answer = await send(route, given);
    heardFromServer();
    return answer;
  } catch (error) {
    if (error instanceof ApiError) {
      heardFromServer();
      // The session has ended: whoever is asked next, gate.tsx shows the way in.
      if (error.status === 401 && !OWN.has(route)) void queryClient.invalidateQueries({ queryKey: ['GET /me'] });
    }
    // fetch throws TypeErrors where nobody answers.
    else if (error instanceof TypeError) lostServer();
    throw error;
  }
};

/** Words for people: what happened and what to do. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 403) return `${error.message} Your role does not allow it.`;
    return error.message;
  }
  if (error instanceof TypeError) return 'The server does not answer. Is it running?';
  return error instanceof Error ? error.message : String(error);
}

/** What a form's fields are told, by name: problem details of a request that is not valid. */
export function fieldErrorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || !Array.isArray(error.details['fields'])) return {};
  const fields = error.details['fields'] as { path?: unknown; message?: unknown }[];
  return Object.fromEntries(fields.map(({ path, message }) => [String(path).replace(/^\//, ''), String(message)]));
}

const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      // An answer that says no is an answer.
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < RETRIES,
      // A machine without a network still reaches a server on itself.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** For invalidating: `queryClient.invalidateQueries({ queryKey: keyOf('GET /runs') })` takes all of a route. */
export function keyOf<R extends RouteName>(route: R, given?: Omit<Given<R>, 'signal'>): QueryKey {
  if (given === undefined) return [route];
  const { params, query, body } = given as Record<string, unknown>;
  return [route, { params, query, body }];
}

type QueryRest<T> = Omit<UseQueryOptions<T, Error, T>, 'queryKey' | 'queryFn'>;

/** A route's answer, cached by what was asked. */
export function useApi<R extends RouteName>(
  route: R,
  given: Omit<Given<R>, 'signal'>,
  options: QueryRest<Answer<R>> = {},
): UseQueryResult<Answer<R>, Error> {
  return useQuery<Answer<R>, Error, Answer<R>>({
    queryKey: keyOf(route, given),
    queryFn: ({ signal }) => call(route, { ...given, signal } as unknown as Given<R>),
    ...options,
  });
}

type SendRest<R extends RouteName> = Omit<UseMutationOptions<Answer<R>, Error, Given<R>>, 'mutationFn'>;

/** A route that changes something. `changes`: routes whose answers are asked for again afterwards. */
export function useSend<R extends RouteName>(
  route: R,
  { changes = [], onSuccess, ...rest }: SendRest<R> & { changes?: readonly RouteName[] } = {},
): UseMutationResult<Answer<R>, Error, Given<R>> {
  return useMutation<Answer<R>, Error, Given<R>>({
    mutationFn: (given) => call(route, given),
    ...rest,
    onSuccess: async (...args) => {
      await Promise.all(changes.map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
      await onSuccess?.(...args);
    },
  });
}
