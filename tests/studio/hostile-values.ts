/**
 * Owns 60 values that try to run as script or markup: twenty ideas in three writings (as it is, with JSON escapes, with
 * HTML entities). Each notes itself in `__breaches` when it runs. And what a page that let one in would hold.
 */

/** What each of them runs. */
const ran = (name: string): string => `__breaches.push('ran ${name}')`;

const IDEAS: readonly (readonly [name: string, text: string])[] = [
  ['script', `<script>${ran('script')}</script>`],
  ['image', `<img src=x onerror="${ran('image')}">`],
  ['svg', `<svg onload="${ran('svg')}"></svg>`],
  [
    'animate',
    `<svg><a><animate attributeName=href values="javascript:${ran('animate')}"/><text y=20>go</text></a></svg>`,
  ],
  [
    'math',
    `<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=${ran('math')}>"></table></mtext></math>`,
  ],
  ['frame', `<iframe srcdoc="<script>parent.${ran('frame')}</script>"></iframe>`],
  ['details', `<details open ontoggle="${ran('details')}"><summary>more</summary></details>`],
  ['link', `javascript:${ran('link')}//https://rondo.example/path`],
  ['data', `data:text/html,<script>${ran('data')}</script>`],
  ['style', `<style>@import'//x.invalid/a.css';*{background:url("javascript:${ran('style')}")}</style>`],
  ['attribute', `" autofocus onfocus="${ran('attribute')}" x='`],
  ['template', `\${${ran('template')}}{{constructor.constructor("${ran('template')}")()}}`],
  ['embedded', `</script><script>${ran('embedded')}</script><!--`],
  ['separator', `\u2028;${ran('separator')};\u2029<img src=x onerror=${ran('separator')}>`],
  ['clobber', `<form name=__config><input name=nonce id=root><a id=__config href="javascript:${ran('clobber')}">x</a>`],
  ['markdown', `[open](javascript:${ran('markdown')}) ![x](x"onerror="${ran('markdown')})`],
  ['note', `# Note\n<div style="position:fixed;inset:0" onpointerover="${ran('note')}">over all</div>`],
  ['file', `"><img src=x onerror=${ran('file')}>.json`],
  ['header', `x\r\nset-cookie: a=b\r\ncontent-type: text/html\r\n\r\n<script>${ran('header')}</script>`],
  ['terminal', `\u001b]8;;javascript:${ran('terminal')}\u0007click\u001b]8;;\u0007 \u202Egpj.exe\u200B`],
];

const escaped = (text: string): string =>
  JSON.stringify(text).slice(1, -1).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
const entities = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const HOSTILE: readonly string[] = IDEAS.flatMap(([, text]) => [text, escaped(text), entities(text)]);

/** Evaluated in the page: texts whose characters turn or hide others without being named. */
export const UNNAMED = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    const odd = /[\\u001b\\u0007\\u200b\\u202a-\\u202e\\u2028\\u2029\\u2066-\\u2069]/.test(data);
    if (odd && parentElement.closest('.odd, script, style, textarea') === null) found.push(parentElement.outerHTML.slice(0, 200));
  }
  for (const element of document.querySelectorAll('[title], [aria-label], [placeholder]'))
    for (const name of ['title', 'aria-label', 'placeholder'])
      if (/[\\u202a-\\u202e\\u200b]/.test(element.getAttribute(name) ?? '')) found.push(name + ' of ' + element.outerHTML.slice(0, 200));
  return found;
})()`;

/** Evaluated in the page: elements that can only have come from a value. As text, as the names belong to the page. */
export const INTRUDERS = `
  [...document.querySelectorAll([
    'script:not([src])', 'img[src="x"]', 'iframe', 'math', 'animate', 'details[open] > summary', 'form[name="__config"]',
    '[id="__config"]', '#root #root', 'meta[http-equiv]', '[onerror]', '[onload]', '[ontoggle]', '[onfocus]',
    '[onpointerover]', 'a[href^="javascript:" i]', 'a[href^="data:" i]',
  ].join(','))].map((element) => element.outerHTML.slice(0, 200))
`;
