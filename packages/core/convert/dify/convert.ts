/**
 * Owns the way from the parsed JSON of a Dify file to a native definition.
 */
import type { Converter } from '../converted.ts';

export const convertDify: Converter = () => ({ definition: null, diagnostics: [] });
