/**
 * Owns the way from the parsed JSON of a n8n file to a native definition.
 */
import type { Converter } from '../converted.ts';

export const convertN8n: Converter = () => ({ definition: null, diagnostics: [] });
