/** Owns one item of Markdown. Cleaning HTML is in kit/blocking/clean-html.ts. */
import type { EffectCall, EffectResult } from '@rondo/core/model/node-type.ts';
import { cleanHtml } from '../kit/blocking/clean-html.ts';
import { withinTime } from '../kit/blocking/within-time.ts';
import { resultItem } from '../kit/result.ts';

/** What is used of the elements that Turndown hands out. */
interface ListNode {
  nodeName: string;
  innerHTML: string;
  children: Iterable<ListNode>;
  getAttribute(name: string): string | null;
}

export async function run(call: EffectCall): Promise<EffectResult> {
  const text = String(call.params['value']);
  const result = call.params['to'] === 'markdown' ? await toMarkdown(call, text) : await toHtml(call, text);
  return { items: [resultItem(call.params, call.items[0] ?? { json: {} }, 'data', result)] };
}

async function toHtml(call: EffectCall, text: string): Promise<string> {
  const { params } = call;
  const [{ Marked }, { load }] = await Promise.all([import('marked'), import('cheerio')]);
  const marked = new Marked({ async: false, gfm: params['gfm'] !== false, breaks: params['breaks'] === true });
  return withinTime(call, 'Markdown to HTML', () => {
    const html = marked.parse(text, { async: false });
    return params['unsafe'] === true ? html : cleanHtml(load, html);
  });
}

async function toMarkdown(call: EffectCall, html: string): Promise<string> {
  const { params } = call;
  const [{ default: TurndownService }, { load }] = await Promise.all([import('turndown'), import('cheerio')]);
  const service = new TurndownService({
    headingStyle: params['headings'] === 'setext' ? 'setext' : 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: params['bullet'] === '*' || params['bullet'] === '+' ? params['bullet'] : '-',
    linkStyle: params['links'] === 'referenced' ? 'referenced' : 'inlined',
  });
  // Turndown writes three blanks after a bullet, and knows no tables.
  service.addRule('item', {
    filter: 'li',
    replacement: (content, element, options) => {
      const parent = element.parentNode as unknown as ListNode | null;
      const ordered = parent?.nodeName === 'OL';
      const start = Number(parent?.getAttribute('start') ?? 1);
      const index = Array.from(parent?.children ?? []).indexOf(element as unknown as ListNode);
      const mark = ordered ? `${start + index}. ` : `${options.bulletListMarker ?? '-'} `;
      const body = content.trim().replace(/\n/g, `\n${' '.repeat(mark.length)}`);
      return `${mark}${body}${element.nextSibling === null ? '' : '\n'}`;
    },
  });
  service.addRule('row', {
    filter: 'tr',
    replacement: (_, element) => {
      const cells = Array.from((element as unknown as ListNode).children);
      const texts = cells.map((cell) =>
        service
          .turndown(cell.innerHTML)
          .replace(/\s*\n\s*/g, ' ')
          .replaceAll('|', '\\|'),
      );
      const line = `| ${texts.join(' | ')} |\n`;
      const isFirst = element === element.closest('table')?.querySelector('tr');
      return isFirst ? `${line}|${' --- |'.repeat(cells.length)}\n` : line;
    },
  });
  service.addRule('table', { filter: ['table'], replacement: (content) => `\n\n${content}\n\n` });
  service.addRule('part of a table', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content });
  if (params['links'] === 'none') service.addRule('no link', { filter: 'a', replacement: (content) => content });
  return withinTime(call, 'HTML to Markdown', () => service.turndown(cleanHtml(load, html)));
}
