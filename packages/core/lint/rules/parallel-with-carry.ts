/**
 * Owns the rule against iterations at once in a loop whose body keeps state from one to the next: a variable that is
 * read and set there. `$loop.previous` and loop variables are the compiler's (compile/loop-record.ts).
 */
import { drawnBody, parameter, type LintNode } from '../graph.ts';
import { textsOf } from '../texts.ts';
import type { Rule } from '../rule.ts';

export const parallelWithCarry: Rule = {
  code: 'parallel-with-carry',
  find(graph) {
    return graph.nodes.flatMap((loop) => {
      const { parallel } = loop.node.loop ?? {};
      if (parallel === undefined || parallel <= 1 || loop.node.disabled === true) return [];
      const body = loop.node.body === undefined ? drawnBody(loop) : inside(graph.nodes, loop);
      const sets = body.filter((node) => node.type.type === 'assign');
      const names = sets.flatMap(assigned);
      const reads = names.find((name) =>
        body.some((node) =>
          textsOf(node).some(({ code }) =>
            new RegExp(`\\$(?:conversation|vars)\\s*\\.\\s*${escaped(name)}\\b`).test(code),
          ),
        ),
      );
      if (reads === undefined) return [];
      return [
        {
          node: loop,
          at: ['loop', 'parallel'],
          message: `${loop.id} runs ${parallel} iterations at once, but its body reads and sets the variable ${reads}: which value an iteration sees is left to chance.`,
          fix: {
            text: 'Set parallel to 1, or collect the results of the iterations instead of changing a variable.',
            edits: [{ path: [...loop.path, 'loop', 'parallel'], value: 1 }],
          },
        },
      ];
    });
  },
};

function inside(nodes: readonly LintNode[], loop: LintNode): LintNode[] {
  return nodes.filter((node) => {
    for (let at = node.level.container; at !== null; at = at.level.container) if (at === loop) return true;
    return false;
  });
}

/** Names of the variables that an Assign node changes. */
function assigned(node: LintNode): string[] {
  const named = ['set', 'append', 'add'].flatMap((way) => Object.keys((parameter(node, way) as object | null) ?? {}));
  const cleared = parameter(node, 'clear');
  return [...named, ...(Array.isArray(cleared) ? cleared.map(String) : [])].filter((name) =>
    /^[A-Za-z_]\w*$/.test(name),
  );
}

const escaped = (name: string): string => name.replace(/\W/g, '\\$&');
