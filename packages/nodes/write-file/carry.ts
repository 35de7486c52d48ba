/** Owns what a Write File node knows between two blocks. Does nothing. */
import type { Written } from '../kit/formats/write-blocks.ts';

export interface Carry extends Written {
  path: string;
  /** The hidden file that the blocks go to, and where the next one goes. */
  part: string;
  offset: number;
  /** csv: the file that is appended to has its header. */
  headed?: boolean;
}
