/**
 * Owns the doors of effects: what a node may use of the world, as types. The runtime opens them
 * (runtime/runner/ports.ts); a test gives those that its node uses.
 */
import type { Json } from './item.ts';

/** The doors that an effect may use; there are no others. */
export interface EffectPorts {
  /** The guarded way out to the network; signature of fetch. */
  fetch: (url: string, init?: EgressInit) => Promise<EgressResponse>;
  files: FilePort;
  /** Bytes that items refer to by FileRef; absent where a run has no blob store. */
  blobs?: BlobPort;
  clock: { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void> };
  /**
   * Value of a secret. Only the sending edge may call it, with the host it sends to: a secret may be limited to
   * hosts. Throws FailureError secret-missing, egress-denied.
   */
  secret: (name: string, host: string) => string;
  /**
   * For protocols other than HTTP: the address to dial instead of the name, checked by the network guard (use the
   * name for TLS only). Throws FailureError egress-denied, http-failed.
   */
  dial: (host: string, port: number) => Promise<{ address: string; family: 4 | 6 }>;
  /** Opened once per run and key, shared by all iterations, closed with the run: pools of connections. */
  keep: <T>(key: string, open: () => Promise<Kept<T>>) => Promise<T>;
  /** Closes what was kept, so that the next one is opened anew: the connection broke. */
  drop: (key: string) => Promise<void>;
  state: StatePort;
  knowledge: KnowledgePort;
  variables: VariablePort;
  /**
   * A signal that this iteration can wait for (EffectResult.waitFor): its token, which stays the same over retries
   * and resumes, and the address that delivers it, where a server runs.
   */
  signal: (name: string) => Promise<{ token: string; url: string | null }>;
  /** Text for whoever waits for the answer of the run, as it comes. */
  answer: (text: string) => void;
  /** Hands a response to whoever waits for one of the run: a webhook, a form. The first counts. */
  respond: (response: Json) => void;
  /** Adds to what this iteration cost. */
  usage: (used: Usage) => void;
  /** Runs a workflow, by id, name or path, to its end and answers its output; counts against workflow.depth. */
  workflow: (reference: string, input: Json, signal: AbortSignal) => Promise<Json>;
  /** Runs code of a user in its sandbox. Throws FailureError node-failed, expression-timeout, memory-exceeded. */
  code: (call: CodeRequest) => Promise<{ value: Json; logs: string }>;
  limit: (name: string) => number;
  log: (line: string) => void;
}

export interface EgressInit {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
  /** Redirects followed; 0 returns the redirect itself. */
  redirects?: number;
  timeoutMs?: number;
  maxBytes?: number;
  /** Skip certificate checks; default false. */
  insecure?: boolean;
  /** The request goes through this proxy (http or https); the guard checks the proxy and the destination. */
  proxy?: { url: string; authorization?: string };
  /** What this client shows, and whom it trusts besides the system: PEM texts. */
  tls?: { cert?: string; key?: string; passphrase?: string; ca?: string };
  /**
   * Called with the parts of a good answer (status 2xx) as they arrive, decompressed; `body` is empty then. Other
   * answers are collected in `body` as always. What it throws ends the call.
   */
  stream?: (chunk: Uint8Array, head: EgressHead) => void;
}

/** What is known of an answer before its body is complete. */
export type EgressHead = Pick<EgressResponse, 'status' | 'statusText' | 'headers'>;

export interface EgressResponse {
  status: number;
  statusText: string;
  headers: Record<string, string | string[]>;
  url: string;
  body: Uint8Array;
}

/** Files below the allowed roots. Paths are relative to the workflow's folder. Throws FailureError file-failed. */
export interface FilePort {
  /** Bytes from `offset`, at most `length`; fewer at the end. `size` and `stamp` tell whether the file changed. */
  read(path: string, offset: number, length: number): Promise<{ bytes: Uint8Array; size: number; stamp: string }>;
  /** Cuts the file to `offset` and appends; creates it. Answers the new size. */
  writeAt(path: string, offset: number, bytes: Uint8Array): Promise<number>;
  /** Files and folders in one folder, sorted by name; at most `most`, more are a failure. */
  list(folder: string, most: number): Promise<FileEntry[]>;
  /** Gives a file another name; a file of that name is replaced in one step. */
  rename(from: string, to: string): Promise<void>;
  /** The path itself, checked, for a library that opens files by itself; to write, the file may not exist yet. */
  locate(path: string, access: 'read' | 'write'): Promise<string>;
  /** Takes a file away; one that does not exist is fine. */
  remove(path: string): Promise<void>;
}

export interface FileEntry {
  name: string;
  kind: 'file' | 'folder';
  /** Bytes of a file, 0 of a folder. */
  size: number;
  /** When it was changed, ms since 1970. */
  modified: number;
}

/** Bytes that items refer to by FileRef. Throws FailureError file-failed. */
export interface BlobPort {
  /** From a stream, too, so that a large file never lies in memory. */
  put(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ blob: string; size: number }>;
  get(blob: string): Promise<Uint8Array>;
  /** Piece by piece; the end throws when the bytes were damaged. */
  read(blob: string): AsyncIterable<Uint8Array>;
  /** Bytes from `offset`, at most `length`; fewer at the end. `size` is that of the whole. */
  slice(blob: string, offset: number, length: number): Promise<{ bytes: Uint8Array; size: number }>;
}

export interface Kept<T> {
  value: T;
  close(): Promise<void>;
}

/** Small values that outlive a run; `scope` keeps users of it apart. */
export interface StatePort {
  get(scope: string, key: string): Promise<Json | undefined>;
  /** undefined takes the value away. */
  set(scope: string, key: string, value: Json | undefined): Promise<void>;
  /**
   * Adds keys to the set `scope`; for each whether it was new. A key that the same `owner` added before counts as
   * new again, so that an iteration that is repeated after a crash answers the same.
   */
  add(scope: string, keys: readonly string[], owner: string): Promise<boolean[]>;
  /** Forgets the whole scope. */
  clear(scope: string): Promise<void>;
}

export interface KnowledgeChunk {
  text: string;
  /** Without one the chunk is found by full text only. All vectors of a base have one length. */
  vector: readonly number[] | null;
}

export interface KnowledgeHit {
  document: string;
  title: string;
  /** Position of the chunk in its document. */
  position: number;
  text: string;
  meta: Json;
  /** 0 to 1, higher is nearer. */
  score: number;
}

/** Documents in chunks, found by nearness of vectors, by full text or by both. */
export interface KnowledgePort {
  /** Replaces a document of the same id. */
  put(
    base: string,
    document: { id: string; title: string; meta: Json },
    chunks: readonly KnowledgeChunk[],
  ): Promise<void>;
  remove(base: string, document: string): Promise<boolean>;
  search(
    base: string,
    query: { mode: 'vector' | 'text' | 'hybrid'; text: string; vector: readonly number[] | null; limit: number },
  ): Promise<KnowledgeHit[]>;
}

/** Variables of the run (`$vars`) and of the conversation it belongs to (`$conversation`). */
export interface VariablePort {
  get(scope: VariableScope, name: string, loop?: string): Json | undefined;
  set(scope: VariableScope, name: string, value: Json, loop?: string): Promise<void>;
}

/** `loop`: variables of a `loop` around the node; the nearest one, or the one that is named. */
export type VariableScope = 'run' | 'conversation' | 'loop';

/** What model calls cost; tokens are counted, cost is in the currency of the price that was given. */
export interface Usage {
  tokensIn: number;
  tokensOut: number;
  cost: number;
}

export interface CodeRequest {
  language: 'javascript' | 'python';
  source: string;
  /** Named inputs: what `main` is called with; item: { item, index }; items: { items }; function: { entry, args }. */
  inputs: Record<string, Json>;
  /**
   * main: the code defines main. item, items: it is the body of a function that sees those. function: it defines
   * `entry`, which is called with those of `args` that it takes. Default main.
   */
  style?: 'main' | 'item' | 'items' | 'function';
  timeoutMs: number;
  signal: AbortSignal;
  /** Python: numbers of the result keep their point (Float of core/template): 3.0 is no 3. */
  points?: boolean;
  /** Gets what was printed, also on the way to a failure. */
  log?: (text: string) => void;
}
