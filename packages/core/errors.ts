/**
 * Owns the three kinds of trouble and all their codes.
 *   Diagnostic  for the author: returned by parse, compile, check, convert.
 *   Failure     for the operator: a value in the journal and the ledger.
 *   Defect      our bug: thrown, never caught except at the process edge.
 */

export const CODES = {
  // diagnostics: file and format
  'file-unreadable': 'The workflow file cannot be read or is not text.',
  'file-syntax': 'The file is not valid YAML or JSON.',
  'file-format': 'The file is not a workflow that Rondo knows.',
  'unknown-field': 'A field that the format does not have.',
  'wrong-type': 'A field has a value of the wrong type.',
  'missing-field': 'A required field is absent.',
  'bad-value': 'A field has a value outside what is allowed.',
  // diagnostics: graph
  'unknown-node-type': 'No node of this type exists.',
  'unknown-node': 'A connection or expression names a node that does not exist here.',
  'unknown-port': 'A connection names a port that the node does not have.',
  'cycle': 'Connections form a circle that no loop node closes.',
  'empty-body': 'A container has no nodes inside.',
  'nesting-too-deep': 'Containers are nested deeper than the limit.',
  'parallel-with-carry': 'A loop that hands on its result cannot run in parallel.',
  'loop-without-end': 'A loop has no condition, count or limit that ends it.',
  'loop-output-miswired': 'Nothing returns to a Loop Over Items node, or its outputs are swapped.',
  // diagnostics: expressions
  'expression-syntax': 'An expression is not valid JavaScript.',
  'unknown-name': 'An expression uses a name that does not exist.',
  'template-syntax': 'A template is not valid.',
  // diagnostics: what runs, but hardly as it was meant (core/lint)
  'loop-not-needed': 'A loop that does what every node does by itself.',
  'aggregate-without-once': 'One value of the whole list is computed again for each item.',
  'notify-per-item': 'The same message is sent once per item.',
  'manual-pagination': 'Pages of an API are turned by hand in a loop.',
  'two-responders': 'One request is answered twice.',
  'constant-after-fan-out': 'The same constants are made once per item.',
  'recursion-without-depth': 'A workflow calls itself with nothing that ends it.',
  'sub-workflow-once': 'A sub-workflow is called once, but its input is made of one item.',
  'unsafe-retry': 'Something that may have happened already is tried again.',
  'fan-out-too-large': 'Loops or pairs make more iterations than anybody wants.',
  // diagnostics: files of other products
  'not-supported': 'Something of another product that Rondo has nothing for; the workflow cannot be run.',
  'differs': 'The workflow runs, but something in it behaves differently than in its product.',
  'converted': 'Something was repaired or migrated on the way; or it has to be set up here.',
  // failures
  'input-invalid': 'The input of the run does not fit what the workflow declares.',
  'expression-failed': 'An expression threw an error.',
  'expression-timeout': 'Expressions or pure nodes of one iteration took too long.',
  'memory-exceeded': 'An iteration used more memory than the evaluator may have.',
  'not-a-list': 'A loop was given something that is not a list.',
  'limit-reached': 'A limit was reached.',
  'node-failed': 'A node reported an error.',
  'http-status': 'A server answered with an error status.',
  'http-failed': 'A request could not be completed.',
  'egress-denied': 'A request was refused by the network guard.',
  'file-failed': 'A file could not be read or written.',
  'timeout': 'An attempt took longer than its timeout.',
  'stopped-by-node': 'A Stop and Error node ended the run.',
  'too-many-failures': 'More iterations failed than the loop tolerates.',
  'workflow-not-found': 'A sub-workflow was not found.',
  'runner-lost': 'The iteration ended its runner three times.',
  'cancelled': 'The run was cancelled.',
  'secret-missing': 'A secret is not defined.',
  // environment
  'store-unavailable': 'The database cannot be written now.',
  'store-corrupt': 'The database holds a row whose checksum does not fit.',
  'lease-lost': 'Another runner has taken over the run.',
  'run-not-found': 'There is no run with this id.',
  'run-ended': 'The run has its final status; only a redrive opens it again.',
} as const;

export type Code = keyof typeof CODES;

export type Severity = 'error' | 'warning' | 'hint';

export interface TextEdit {
  path: (string | number)[];
  value: unknown;
}

export interface Diagnostic {
  severity: Severity;
  code: string;
  /** Node id, where one is concerned. */
  node: string | null;
  /** Place in the file, as keys from the top: ["nodes","each","loop","size"]. */
  path: (string | number)[];
  /** 1-based, when the source text is known. */
  line?: number;
  column?: number;
  message: string;
  fix: { text: string; edits?: TextEdit[] } | null;
}

export function diagnostic(
  code: Code,
  path: (string | number)[],
  message: string,
  more: { severity?: Severity; node?: string; fix?: Diagnostic['fix'] } = {},
): Diagnostic {
  return {
    severity: more.severity ?? 'error',
    code,
    node: more.node ?? null,
    path,
    message,
    fix: more.fix ?? null,
  };
}

/** What went wrong in a run. A value: it is journalled, shown and searched, never thrown across a port. */
export interface Failure {
  code: string;
  message: string;
  /** Node id where it happened. */
  node?: string;
  /** Step path, for example `each[3]/fetch`. */
  path?: string;
  /** 0-based index of the item or iteration. */
  item?: number;
  /** What to do. */
  fix?: string;
  /** Whether trying again can help, and when at the earliest (ms from now). */
  retry?: 'yes' | 'no';
  retryAfterMs?: number;
  /** HTTP status or other facts. */
  data?: Record<string, unknown>;
  cause?: string;
  /** What there is nevertheless: the results of a loop so far, or what the nodes for the case of a failure gave. */
  output?: unknown;
  /** An On failure node has seen it. */
  handled?: boolean;
}

export function failure(code: Code, message: string, more: Omit<Failure, 'code' | 'message'> = {}): Failure {
  return { code, message, ...more };
}

/** Carries a Failure through code that can only throw; caught where attempts are settled. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(f: Failure) {
    super(f.message);
    this.name = 'FailureError';
    this.failure = f;
  }
}

/** Our bug. */
export class Defect extends Error {
  override readonly name = 'Defect';
}

/** Any thrown thing as a Failure; a plain Error becomes `code`. */
export function toFailure(error: unknown, code: Code = 'node-failed'): Failure {
  if (error instanceof FailureError) return error.failure;
  if (error instanceof Defect) throw error;
  return failure(code, error instanceof Error ? error.message : String(error));
}
