/**
 * Owns which scripts can be run, and what scripts ask for that is not there. Does not convert steps.
 */
import { needsOf } from '../../script/needs.ts';
import { PLATFORM_MODULES } from '../../expression/platform-names.ts';
import type { Place } from './module.ts';
import { PYTHON_MODULES } from './python-modules.ts';

export type Language = 'typescript' | 'python';

const LANGUAGES: Readonly<Record<string, Language>> = {
  deno: 'typescript',
  bun: 'typescript',
  bunnative: 'typescript',
  nativets: 'typescript',
  python3: 'python',
};

/** Null after a diagnostic. */
export function languageOf(place: Place): Language | null {
  const name = place.text('language');
  if (name === undefined) {
    place.missing('language', 'the language of its script');
    return null;
  }
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (language !== undefined) return language;
  place.unsupported(
    `${place.node} is a script in ${name}; Rondo runs TypeScript (bun, deno, nativets) and Python (python3).`,
    'language',
  );
  return null;
}

/** Of the platforms of Windmill's scripts, what an isolate does not have. */
const PLATFORM: Readonly<Record<string, string>> = {
  fetch: 'Use an HTTP Request node before or after it',
  Deno: 'files, processes and sockets are not there',
  Bun: 'files, processes and sockets are not there',
  process: 'there is no process and no environment',
  XMLHttpRequest: 'Use an HTTP Request node before or after it',
  WebSocket: 'connections are not there',
  Blob: 'use a node for files',
  FormData: 'Use an HTTP Request node before or after it',
  Headers: 'Use an HTTP Request node before or after it',
  Request: 'Use an HTTP Request node before or after it',
  Response: 'Use an HTTP Request node before or after it',
  AbortController: 'set a timeout on the step',
  WebAssembly: 'it is not there',
};

/** Says what a script asks for that is not there. True: it can be run. */
export function checkScript(place: Place, language: Language, content: string): boolean {
  return language === 'python' ? checkPython(place, content) : checkTypeScript(place, content);
}

function checkTypeScript(place: Place, content: string): boolean {
  const { modules, names } = needsOf(content, Object.keys(PLATFORM));
  const missing = modules.filter((module) => !isThere(module));
  for (const module of missing) {
    place.unsupported(
      isClient(module)
        ? `${place.node} uses Windmill's own client (${module}), which reaches a Windmill server.`
        : `${place.node} imports ${module}; of modules scripts have ${PLATFORM_MODULES.join(', ')} only.`,
      'content',
    );
  }
  for (const name of names) {
    place.unsupported(`${place.node} uses ${name}, which scripts do not have here: ${PLATFORM[name]}.`, 'content');
  }
  return missing.length === 0 && names.length === 0;
}

const isThere = (module: string): boolean => PLATFORM_MODULES.includes(module.replace(/^node:/, ''));

const isClient = (module: string): boolean =>
  /^(?:npm:)?windmill(?:-client|-api)?(?:@|$)/.test(module) || /deno\.land\/x\/windmill/.test(module);

const PYTHON_IMPORT =
  /^[ \t]*(?:import[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w.]+(?:[ \t]+as[ \t]+\w+)?)*)|from[ \t]+([\w.]+)[ \t]+import\b)/gm;

function checkPython(place: Place, content: string): boolean {
  const modules = new Set<string>();
  for (const [, list, from] of withoutTexts(content).matchAll(PYTHON_IMPORT)) {
    for (const one of from === undefined ? (list ?? '').split(',') : [from]) {
      const name = /[\w.]+/.exec(one)?.[0]?.split('.')[0];
      if (name !== undefined && name !== '' && !PYTHON_MODULES.has(name)) modules.add(name);
    }
  }
  for (const module of modules) {
    place.unsupported(
      module === 'wmill'
        ? `${place.node} uses Windmill's own client (wmill), which reaches a Windmill server.`
        : `${place.node} imports ${module}; Python scripts have the standard library only, without network and processes.`,
      'content',
    );
  }
  return modules.size === 0;
}

/** Long texts may hold lines that look like imports. */
const withoutTexts = (content: string): string =>
  content.replace(/("""|''')[^]*?\1/g, (text) => text.replace(/[^\n]/g, ' '));
