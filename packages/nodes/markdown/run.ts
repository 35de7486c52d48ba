/** Owns one item of Markdown. Cleaning HTML is in kit/blocking/clean-html.ts. */
import type { CheerioAPI } from 'cheerio';
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
    const parsed = marked.parse(text, { async: false });
    const html = params['unsafe'] === true ? parsed : cleanHtml(load, parsed);
    const shown = refined(load, html, params['headingIds'] === true, params['typography'] === true);
    if (params['page'] === true) return wholePage(shown);
    return params['trimEnd'] === true ? shown.trimEnd() : shown;
  });
}

/** After cleaning, which would take ids away. */
function refined(load: CheerioAPI['load'], html: string, ids: boolean, typography: boolean): string {
  if (!ids && !typography) return html;
  const $ = load(html, null, false);
  const taken = new Map<string, number>();
  if (ids) {
    $('h1,h2,h3,h4,h5,h6').each((_, element) => {
      const id = $(element).text().replace(/[^\w]/g, '').toLowerCase();
      const count = taken.get(id) ?? 0;
      taken.set(id, count + 1);
      $(element).attr('id', count === 0 ? id : `${id}-${count}`);
    });
  }
  if (typography) {
    $.root()
      .find('*')
      .contents()
      .each((_, node) => {
        if (node.type === 'text' && $(node).closest('code,pre').length === 0)
          node.data = node.data.replaceAll('...', '\u2026');
      });
  }
  return $.html();
}

const wholePage = (body: string): string =>
  `<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n${body.trim()}\n</body>\n</html>`;

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
