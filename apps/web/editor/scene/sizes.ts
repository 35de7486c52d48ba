/** Owns the sizes of what the canvas draws, in its own pixels. Nothing else. */
export const NODE = { width: 168, height: 78 } as const;
export const FOLDED = { width: 172, height: 94 } as const;
export const NOTE = { width: 168, height: 84 } as const;
/** Both bars and the dots beside them. */
export const SIDE = 40;
/** From the edge to the inner side of the thin bar. */
export const BARS = 11;
/** Header with badge and name; above the body. */
export const HEADER = 40;
/** Header with the score of five rows below it, where it is wide enough. */
export const SCORED_HEADER = 84;
export const SCORED_WIDTH = 420;
export const FLOOR = 26;
/** More floor where a line returns. */
export const RETURN_FLOOR = 62;
export const EMPTY_BODY = { width: 220, height: 84 } as const;
export const GAP = { x: 52, y: 36 } as const;
export const HANDLE = 11;
