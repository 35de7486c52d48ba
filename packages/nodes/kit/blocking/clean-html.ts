/**
 * Owns making HTML of strangers harmless: only elements, attributes and schemes of addresses that are listed
 * stay. Elements that are not listed are unwrapped; those that hold code or other languages go with all they
 * hold. What comes out has no script, style, frame, form or foreign namespace, so that a browser reads it as it
 * was written. Blocks while it works: call it within withinTime.
 */
import type { CheerioAPI } from 'cheerio';

type Load = (html: string, options: null, isDocument: boolean) => CheerioAPI;

const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt ' +
    'em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp ' +
    'section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr'
  ).split(' '),
);

/** Go with what they hold: as text it would be read otherwise, or it was never meant to be seen. */
const DROPPED =
  'script,style,template,noscript,noembed,noframes,iframe,frame,frameset,object,embed,applet,svg,math,plaintext,xmp,' +
  'title,textarea,select,button,audio,video,canvas,dialog,head,link,meta,base';

const ATTRIBUTES: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    '*': 'title lang dir',
    'a': 'href',
    'blockquote': 'cite',
    'q': 'cite',
    'del': 'cite datetime',
    'ins': 'cite datetime',
    'time': 'datetime',
    'data': 'value',
    'img': 'src alt width height',
    'ol': 'start reversed type',
    'li': 'value',
    'td': 'colspan rowspan headers align',
    'th': 'colspan rowspan headers scope align',
    'col': 'span',
    'colgroup': 'span',
    'details': 'open',
  }).map(([element, names]) => [element, new Set(names.split(' '))]),
);

const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'cite']);
const LINK_SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel']);
const IMAGE_SCHEMES: ReadonlySet<string> = new Set(['http', 'https']);

function isSafeAddress(value: string, name: string): boolean {
  // Browsers skip blanks and control characters in a scheme.
  // oxlint-disable-next-line no-control-regex
  const text = value.replace(/[\u0000-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\ufeff]/g, '');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return !/^[^/?#]*:/.test(text);
  return (name === 'src' ? IMAGE_SCHEMES : LINK_SCHEMES).has(scheme);
}

/** The harmless part of `html`. `load` is cheerio's, which the caller has loaded. */
export function cleanHtml(load: Load, html: string): string {
  const $ = load(html, null, false);
  $(DROPPED).remove();
  $('*').each((_, element) => {
    const own = $(element);
    const name = String(own.prop('tagName')).toLowerCase();
    if (!ELEMENTS.has(name)) {
      own.replaceWith(own.contents());
      return;
    }
    for (const [attribute, value] of Object.entries(own.attr() ?? {})) {
      const allowed = ATTRIBUTES['*']?.has(attribute) || ATTRIBUTES[name]?.has(attribute);
      if (!allowed || (ADDRESSES.has(attribute) && !isSafeAddress(value, attribute))) own.removeAttr(attribute);
    }
    if (name === 'a' && own.attr('href') !== undefined) own.attr('rel', 'noopener noreferrer nofollow');
  });
  $.root()
    .find('*')
    .addBack()
    .contents()
    .each((_, node) => {
      if (node.type === 'comment' || node.type === 'directive') $(node).remove();
    });
  return $.html();
}
