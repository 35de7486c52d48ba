/** Forms over real HTTP: the page, what is taken, what is refused, where it leads. */
import { describe, expect, it } from 'vitest';
import { serverTests, start } from '../testing/start.ts';

serverTests();

const ORDER = `
name: Order
nodes:
  in:
    type: form
    with:
      path: order
      title: "Order <now>"
      description: "Fill in & send"
      respond: done
      fields:
        - { name: name, label: "Your name", required: true, maxLength: 20, help: "As on the bill" }
        - { name: mail, type: email }
        - { name: pieces, type: number, min: 1, max: 10, default: 2 }
        - { name: day, type: date, min: "2030-01-01" }
        - { name: size, type: select, options: [S, M, 46] }
        - { name: extras, type: multi-select, options: [a, b, c], default: [b] }
        - { name: agree, type: checkbox, required: true }
        - { name: note, type: textarea, placeholder: "Anything else?" }
        - { name: word, type: password }
        - { name: source, type: hidden, default: "web" }
output: "{{ $('in').first().json }}"
`;

type Call = (path: string, init?: RequestInit) => Promise<Response>;
const send = (call: Call, fields: [string, string][], headers: Record<string, string> = {}): Promise<Response> =>
  call('/forms/order', { method: 'POST', body: new URLSearchParams(fields), headers });
const FILLED: [string, string][] = [
  ['name', 'Ada'],
  ['agree', 'on'],
];

describe('the page', () => {
  it('has a labelled field for everything, and runs nothing', async () => {
    const { call } = await start({ 'order.yaml': ORDER });
    const answer = await call('/forms/order');
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).toContain('<h1>Order &lt;now&gt;</h1>');
    expect(page).toContain('Fill in &amp; send');
    for (const [, id = ''] of page.matchAll(/<label for="(\w+)"/g))
      expect(page).toMatch(new RegExp(`<\\w+[^>]* id="${id}"`));
    expect(page).toMatch(/<input type="checkbox" name="extras" value="b" checked>/);
    expect(page).not.toMatch(/name="source"|<script|\son\w+=/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("form-action 'self'");
  });

  it('shows hostile texts as texts', async () => {
    const hostile = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</textarea><script>alert(1)</script>',
      '</title><svg onload=alert(1)>',
      '&lt;script&gt;',
      '</style><script>alert(1)</script>',
    ];
    const files = hostile.map((text, i): [string, string] => {
      const quoted = JSON.stringify(text);
      return [
        `${i}.yaml`,
        `
name: Hostile ${i}
nodes:
  in:
    type: form
    with:
      path: h${i}
      title: ${quoted}
      description: ${quoted}
      button: ${quoted}
      completion: ${quoted}
      fields:
        - { name: ${quoted}, label: ${quoted}, help: ${quoted}, placeholder: ${quoted}, default: ${quoted} }
        - { name: area, type: textarea, default: ${quoted} }
        - { name: pick, type: select, options: [${quoted}] }
        - { name: many, type: multi-select, options: [${quoted}], required: true }
`,
      ];
    });
    const { call } = await start(Object.fromEntries(files));
    for (const [i, text] of hostile.entries()) {
      const to = async (fields: [string, string][]): Promise<string> =>
        (await call(`/forms/h${i}`, { method: 'POST', body: new URLSearchParams(fields) })).text();
      const first = await (await call(`/forms/h${i}`)).text();
      const again = await to([
        [text, text],
        ['area', text],
        ['pick', text],
      ]);
      const done = await to([
        [text, text],
        ['many', text],
      ]);
      expect(again).toContain('choose at least one.');
      for (const page of [first, again, done]) {
        // Every tag is one of ours.
        for (const [tag, name = '', rest = ''] of page.matchAll(/<\/?([a-zA-Z]+)([^>]*)>/g)) {
          expect(name, tag).not.toMatch(/^(script|img|svg)$/i);
          expect(rest.replace(/"[^"]*"/g, ''), tag).not.toMatch(/\son\w+\s*=|'/i);
        }
        expect(page.match(/<style>/g)).toHaveLength(1);
        expect(page.match(/<title>/g)).toHaveLength(1);
      }
    }
  });
});

describe('what is sent', () => {
  it('becomes values of the types of the fields', async () => {
    const { call, run, store } = await start({ 'order.yaml': ORDER });
    const answer = await send(call, [
      ...FILLED,
      ['mail', ' ada@example.org '],
      ['pieces', '3.5'],
      ['day', '2030-02-28'],
      ['size', '46'],
      ['extras', 'c'],
      ['extras', 'a'],
      ['note', 'one\r\ntwo'],
      ['word', 'secret'],
      ['source', 'forged'],
      ['unknown', 'x'],
      ['__proto__', 'x'],
    ]);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('Thank you.');
    const record = await run(answer.headers.get('x-rondo-run') ?? '');
    expect(JSON.parse(record.output ?? '')).toEqual({
      name: 'Ada',
      mail: 'ada@example.org',
      pieces: 3.5,
      day: '2030-02-28',
      size: '46',
      extras: ['a', 'c'],
      agree: true,
      note: 'one\ntwo',
      word: 'secret',
      source: 'web',
      submittedAt: expect.stringMatching(/^\d{4}-/) as string,
    });
    expect(await store.listRuns({ limit: 5 })).toHaveLength(1);
  });

  it('is shown again with every mistake, and starts nothing', async () => {
    const { call, store } = await start({ 'order.yaml': ORDER });
    const answer = await send(call, [
      ['name', 'x'.repeat(21)],
      ['mail', 'nobody'],
      ['pieces', '11'],
      ['day', '2030-02-30'],
      ['size', 'XL'],
      ['extras', 'z'],
      ['note', 'keep me'],
      ['word', 'not me'],
    ]);
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain('role="alert"');
    for (const message of [
      'has 21 characters; 20 are the most.',
      'must be an e-mail address.',
      'must be at most 10.',
      'must be a date such as 2030-01-31.',
      'choose from the list.',
      'must be ticked.',
    ]) {
      expect(page).toContain(message);
    }
    expect(page.match(/aria-invalid="true"/g)).toHaveLength(7);
    expect(page).toContain('keep me');
    expect(page).not.toContain('not me');
    expect(await store.listRuns({ limit: 5 })).toEqual([]);
  });

  it('starts one run when it is sent twice', async () => {
    const { call, store } = await start({ 'order.yaml': ORDER });
    const page = await (await call('/forms/order')).text();
    const once = /name="\$once" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const answers = await Promise.all([1, 2, 3].map(() => send(call, [...FILLED, ['$once', once]])));
    expect(new Set(answers.map((answer) => answer.headers.get('x-rondo-run'))).size).toBe(1);
    expect(await store.listRuns({ limit: 5 })).toHaveLength(1);
  });

  it('is refused from pages of others', async () => {
    const { call, url, store } = await start({ 'order.yaml': ORDER });
    const refused: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of refused) expect((await send(call, FILLED, headers)).status).toBe(403);
    expect(await store.listRuns({ limit: 5 })).toEqual([]);
    expect((await send(call, FILLED, { origin: url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });
});

it('asks for a password, and then for the origin, too', async () => {
  const { call } = await start(
    { 'order.yaml': ORDER.replace('path: order', 'path: order\n      auth: { type: basic, user: ada, secret: pass }') },
    { secrets: { pass: 'pa:ss' } },
  );
  const asked = await call('/forms/order');
  expect([asked.status, asked.headers.get('www-authenticate')]).toMatchObject([401, /^Basic/]);
  const authorization = `Basic ${btoa('ada:pa:ss')}`;
  expect((await call('/forms/order', { headers: { authorization } })).status).toBe(200);
  expect((await send(call, FILLED, { authorization, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

it('takes files of declared fields', async () => {
  const { call, run } = await start({
    'order.yaml': `
name: Upload
nodes:
  in:
    type: form
    with:
      path: order
      respond: done
      maxBytes: 1000
      fields: [{ name: cv, type: file, required: true, accept: .pdf }, { name: photos, type: file, multiple: true }]
output: "{{ $('in').first().files }}"
`,
  });
  expect(await (await call('/forms/order')).text()).toMatch(
    /enctype="multipart\/form-data".*type="file" accept=".pdf"/s,
  );
  const form = (files: [string, string, string][]): FormData => {
    const data = new FormData();
    for (const [field, name, text] of files) data.append(field, new Blob([text]), name);
    return data;
  };
  const post = (files: [string, string, string][]): Promise<Response> =>
    call('/forms/order', { method: 'POST', body: form(files) });
  const answer = await post([
    ['cv', '../../etc/passwd', 'cv'],
    ['photos', 'a.png', 'a'],
    ['photos', 'b.png', 'bb'],
    ['other', 'c.png', 'ccc'],
  ]);
  expect(answer.status).toBe(200);
  const files = JSON.parse((await run(answer.headers.get('x-rondo-run') ?? '')).output ?? '') as object;
  expect(files).toMatchObject({ cv: { size: 2 }, photos: { name: 'a.png' }, photos_1: { name: 'b.png', size: 2 } });
  expect(files).not.toHaveProperty('other');
  expect((await post([['photos', 'a.png', 'a']])).status).toBe(422);
  expect(
    await (
      await post([
        ['cv', 'a', 'a'],
        ['cv', 'b', 'b'],
      ])
    ).text(),
  ).toContain('one file is the most.');
  expect((await post([['cv', 'a', 'x'.repeat(2000)]])).status).toBe(413);
});

it('leads where its author said, and says when the run failed', async () => {
  const text = (more: string, after = ''): string => `
name: After
nodes:
  in: { type: form, with: { path: order, respond: done, fields: [{ name: a }], ${more} } }
${after}
`;
  const { call, write } = await start({ 'order.yaml': text('redirect: "/thanks?x=1"') });
  const answer = await send(call, [['a', 'https://evil.example']]);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/thanks?x=1']);
  const stop = '  stop: { type: stop-and-error, after: in, with: { message: "hunter2" } }';
  await write({ 'order.yaml': text('redirect: /thanks', stop) });
  const failed = await send(call, [['a', 'x']]);
  const page = await failed.text();
  expect(failed.status).toBe(500);
  expect(page).toContain('did not work');
  expect(page).not.toContain('hunter2');
});

it('shows what a Respond node says', async () => {
  const { call } = await start({
    'order.yaml': `
name: Says
nodes:
  in: { type: form, with: { path: order, respond: node, fields: [{ name: a }] } }
  say: { type: respond, after: in, with: { as: html, body: "{{ '<h1>' + $json.a + '</h1>' }}" } }
`,
  });
  const answer = await send(call, [['a', '<script>x</script>']]);
  // The author put it in unescaped; the policy keeps it from running.
  expect(await answer.text()).toBe('<h1><script>x</script></h1>');
  expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox(?!.*allow-s)/);
});
