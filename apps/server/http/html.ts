/**
 * Owns making HTML: text is escaped unless it was made here, and pages carry a policy under which nothing
 * runs. Does not know what pages are about.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** HTML that may be put into a page as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

type Part = Html | string | number | null | undefined | readonly Part[];

function textOf(part: Part): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') {
    return String(part).replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
  }
  return part.map(textOf).join('');
}

/** Every value is escaped, also inside attributes, which must be written in quotes. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(texts.reduce((all, text, i) => all + textOf(parts[i - 1]) + text));
}

/** ` name="value"`, or nothing for undefined and false; true is an attribute without a value. */
export function attribute(name: string, value: string | number | boolean | undefined): Html {
  if (value === undefined || value === false) return new Html('');
  return value === true ? new Html(` ${name}`) : html` ${new Html(name)}="${String(value)}"`;
}

const STYLE = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;background:light-dark(#f5f5f4,#171716);color:light-dark(#1c1c1a,#ececea)}
main{max-width:40rem;margin:2rem auto;padding:2rem;background:light-dark(#fff,#222220);border-radius:12px}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
p{margin:0 0 1rem;white-space:pre-line;overflow-wrap:anywhere}
.field{margin:0 0 1.25rem;padding:0;border:0;min-width:0}
label,legend{display:block;font-weight:600;margin:0 0 .25rem;padding:0}
.choice{display:flex;gap:.5rem;align-items:baseline;font-weight:400;margin:.25rem 0}
input:not([type=checkbox]),textarea,select{width:100%;font:inherit;color:inherit;background:light-dark(#fff,#171716);padding:.5rem .75rem;border:1px solid light-dark(#8a8a85,#7a7a76);border-radius:8px}
:focus-visible{outline:3px solid light-dark(#1d5fd1,#8ab4ff);outline-offset:1px}
.help{color:light-dark(#5c5c58,#a9a9a4);font-size:.875rem;margin:.25rem 0 0}
.wrong{color:light-dark(#b3261e,#ffb4ab);font-size:.875rem;margin:.25rem 0 0}
.summary{border:2px solid currentColor;border-radius:8px;padding:.75rem 1rem;margin:0 0 1.25rem;color:light-dark(#b3261e,#ffb4ab)}
.buttons{display:flex;gap:.75rem;flex-wrap:wrap}
button{font:inherit;font-weight:600;padding:.625rem 1.5rem;border:1px solid transparent;border-radius:8px;background:light-dark(#1d5fd1,#8ab4ff);color:light-dark(#fff,#10233f);cursor:pointer}
button.second{background:transparent;border-color:currentColor;color:inherit}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing but our own style; forms lead to this server only. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function sendPage(reply: FastifyReply, status: number, title: string, content: Html): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main>${content}</main></body>
</html>
`;
  return (
    reply
      .code(status)
      .header('content-security-policy', POLICY)
      // With no-referrer, browsers would send "Origin: null" with the form.
      .header('referrer-policy', 'same-origin')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page.text)
  );
}
