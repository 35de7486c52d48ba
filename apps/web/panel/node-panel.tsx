/** Owns the panel of one node: its loop, its parameters, what went in and came out. */
export interface NodePanelProps {
  /** Its id. */
  workflow: string;
  node: string;
}

export function NodePanel({ node }: NodePanelProps) {
  return <aside aria-label={`Node ${node}`} />;
}
