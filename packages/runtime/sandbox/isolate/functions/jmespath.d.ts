/** What is used of the package jmespath, which has no types of its own. */
declare module 'jmespath' {
  const jmespath: { search(data: unknown, query: string): unknown };
  export default jmespath;
}
