/**
 * Owns the way from the parsed JSON of a OpenFlow file to a native definition.
 */
import type { Converter } from '../converted.ts';

export const convertOpenFlow: Converter = () => ({ definition: null, diagnostics: [] });
