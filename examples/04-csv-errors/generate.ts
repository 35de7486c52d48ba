/**
 * Owns the input of this example: 100,000 CSV rows, of which every twentieth has no number in
 * "quantity". Printed to stdout, or written by the test.
 */
export function* rows(): Generator<string> {
  yield 'id,quantity,price\n';
  for (let id = 1; id <= 100_000; id += 1) {
    yield `${id},${id % 20 === 0 ? 'n/a' : (id % 7) + 1},${id % 50}\n`;
  }
}

/** The file's name and text. */
export function generate(): { file: string; text: string } {
  return { file: 'rows.csv', text: [...rows()].join('') };
}

if (import.meta.main) process.stdout.write(generate().text);
