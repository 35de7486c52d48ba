/** Owns workflows with a loop that tests of runs start, and the items they go through. */

/** Every third iteration fails, and the run completes all the same. */
export const THIRD = `
id: third
name: Every third
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { onError: drop, tolerate: { share: 1 } }
    body:
      check:
        type: code
        with: { code: "if ($json.n % 3 === 0) throw new Error('no ' + $json.n); return { half: $json.n / 2 };" }
  count: { type: aggregate, after: each }
`;

/** Two at once, slow enough to be steered. */
export const WAITS = `
id: waits
name: Waits
nodes:
  start: { type: manual }
  each:
    type: for-each
    after: start
    loop: { parallel: 2 }
    body:
      pause: { type: wait, with: { for: 50ms } }
`;

export const items = (count: number): { n: number; kind: string }[] =>
  Array.from({ length: count }, (_, n) => ({ n, kind: n % 3 === 0 ? 'bad' : `good ${n}` }));
