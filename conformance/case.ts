/**
 * Owns what a suite of conformance cases is: foreign files with the results that the original product gives. Does
 * not know any product.
 */
export interface Outcome {
  result: 'passed' | 'failed' | 'unsupported' | 'skipped';
  /** Failed: what differs, with expected and found. Unsupported: what is missing. Skipped: why it cannot be compared. */
  reason?: string;
}

export interface Case {
  name: string;
  /** Passed only when results were compared and are equal. */
  run(): Promise<Outcome>;
}

export interface Suite {
  /** `n8n recorded`, `n8n expressions`, `Dify`, ... */
  name: string;
  product: 'n8n' | 'dify' | 'windmill';
  /** Empty when the fixtures are not there. `folder` is that of all fixtures. */
  cases(folder: string): Promise<Case[]>;
}
