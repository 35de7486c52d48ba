/** Owns telling a text that is exactly one expression from text with expressions in it. Pure, without a parser. */

/** The code of a text that is nothing but one `{{ }}`; null: it is text. */
export function soleCode(text: string): string | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{{') || !trimmed.endsWith('}}') || trimmed.length < 4) return null;
  const inner = trimmed.slice(2, -2);
  // Two parts beside each other are text; `}}` inside one is hardly ever more than an object's end.
  return inner.includes('{{') ? null : inner.trim();
}

export const asExpression = (code: string): string => `{{ ${code.trim()} }}`;
export const hasTemplate = (value: unknown): value is string => typeof value === 'string' && value.includes('{{');
