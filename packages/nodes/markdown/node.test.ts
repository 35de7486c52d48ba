/** Markdown: both directions, and texts of strangers. */
import { describe, expect, it } from 'vitest';
import type { Json } from '@rondo/core/model/item.ts';
import { testLimits } from '../kit/limits.testing.ts';
import { runNode } from '../kit/run.ts';
import { node } from './node.ts';

async function convert(params: Record<string, Json>, json: Json = {}, limit = testLimits()): Promise<Json | undefined> {
  const { output } = await runNode(node, { params, input: [json], ports: { limit } });
  return output.main?.[0];
}

const markdown = async (html: string, params: Record<string, Json> = {}): Promise<Json | undefined> =>
  ((await convert({ to: 'markdown', value: html, ...params })) as Record<string, Json>)['data'];
const html = async (text: string, params: Record<string, Json> = {}): Promise<string> =>
  String(((await convert({ value: text, ...params })) as Record<string, Json>)['data']);

describe('markdown', () => {
  it.each(node.examples.map((example) => [example.title, example] as const))('example: %s', async (_, example) => {
    expect([await convert(example.with, (example.input as Json[])[0])]).toEqual(example.output);
  });

  it('writes tables, lists, code and links', async () => {
    const page =
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>x|<b>y</b></td></tr></tbody></table>' +
      '<ol start="3"><li>one</li><li>two<ul><li>in</li></ul></li></ol><pre><code>x\ny</code></pre><p><a href="/u">l</a></p>';
    const text = await markdown(page);
    expect(text).toContain('| a | b |\n| --- | --- |\n| 1 | x\\|**y** |');
    expect(text).toContain('3. one\n4. two');
    expect(text).toContain('- in');
    expect(text).toContain('```\nx\ny\n```');
    expect(text).toContain('[l](/u)');
    expect(await markdown('<a href="/u">l</a>', { links: 'none' })).toBe('l');
    expect(await markdown('<a href="/u">l</a>', { links: 'referenced' })).toContain('[l][1]');
    expect(await markdown('<h1>T</h1><ul><li>a</li></ul>', { headings: 'setext', bullet: '*' })).toBe('T\n=\n\n* a');
  });

  it('comes back as it was', async () => {
    const text = '## T\n\na **b** _c_ `d`\n\n- x\n- y\n\n| a |\n| --- |\n| 1 |';
    expect(await markdown(await html(text))).toBe(text);
  });

  it('lets no code of strangers through, unless it is asked for', async () => {
    const text = 'a <script>x</script> [b](javascript:x) <img src=x onerror=y> ![i](javascript:x)';
    const safe = await html(text);
    expect(safe).not.toMatch(/script|onerror/);
    expect(await html(text, { unsafe: true })).toContain('<script>');
    expect(await markdown('<script>x</script><a href="javascript:x">b</a>')).toBe('b');
  });

  it('breaks lines on request, and knows tables only with gfm', async () => {
    expect(await html('a\nb', { breaks: true })).toContain('<br>');
    expect(await html('|a|\n|-|\n|1|', { gfm: false })).not.toContain('<table>');
  });

  it('ends on texts that are made to take long or are nested too deep', async () => {
    const limit = testLimits({ 'expression.ms': 300 });
    for (const value of ['>'.repeat(20_000), '<div>'.repeat(60_000)]) {
      for (const to of ['html', 'markdown']) {
        const failed = await convert({ to, value }, {}, limit).catch((error: unknown) => error);
        if (failed instanceof Error) expect(failed.message).toMatch(/nested too deep|limit expression\.ms/);
      }
    }
  });
});

it('gives headings ids, ellipses and a page around it, on request', async () => {
  const text = '# Hi, you\n\n# Hi, you\n\nmore... `a...`';
  expect(await html(text, { headingIds: true, typography: true, trimEnd: true })).toBe(
    '<h1 id="hiyou">Hi, you</h1>\n<h1 id="hiyou-1">Hi, you</h1>\n<p>more… <code>a...</code></p>',
  );
  expect(await html('a', { page: true })).toBe(
    '<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n<p>a</p>\n</body>\n</html>',
  );
});
