/**
 * Owns entries of a feed under the names of their elements: what workflows that were imported know them by. feed.ts
 * reads the same to fields that do not depend on the format.
 */
import type { Json } from '@rondo/core/model/item.ts';
import { wrong } from '../kit/http/answers.ts';
import { attributeOf, elementsOf, firstOf, parseXml, textOf } from '../kit/http/xml.ts';
import { put, type JsonObject } from '../kit/paths.ts';

/** Elements that are texts, and the name that the entry gives them; the later ones win. */
const TEXTS: readonly [element: string, name: string][] = [
  ['author', 'creator'],
  ['dc:creator', 'creator'],
  ['dc:date', 'date'],
  ['dc:language', 'language'],
  ['dc:rights', 'rights'],
  ['dc:source', 'source'],
  ['dc:title', 'title'],
  ['title', 'title'],
  ['link', 'link'],
  ['pubDate', 'pubDate'],
  ['author', 'author'],
  ['summary', 'summary'],
  ['content:encoded', 'content:encoded'],
  ['dc:creator', 'dc:creator'],
  ['dc:date', 'dc:date'],
  ['comments', 'comments'],
];

/** Tags that begin a line. */
const BREAKS = /([^\n])<\/?(?:h\d?|br|p|ul|ol|li|blockquote|section|table|tr|div)\b[^>]*>(?=[^\n])/gi;

/** HTML as the text that a reader sees. */
async function snippet(html: string): Promise<string> {
  const { load } = await import('cheerio');
  return load(html.replace(BREAKS, '$1\n'), null, false).text().trim();
}

const isoDate = (text: string): string | null => {
  const time = text === '' ? Number.NaN : Date.parse(text.trim());
  return Number.isNaN(time) ? null : new Date(time).toISOString();
};

async function rssEntry(item: unknown, extra: readonly string[]): Promise<JsonObject> {
  const out: JsonObject = {};
  const present = (element: string): boolean => elementsOf(item, element).length > 0;
  for (const [element, name] of [...TEXTS, ...extra.map((one): [string, string] => [one, one])]) {
    if (present(element)) put(out, name, textOf(firstOf(item, element)));
  }
  if (present('content:encoded')) out['content:encodedSnippet'] = await snippet(String(out['content:encoded']));
  const enclosure = firstOf(item, 'enclosure');
  if (enclosure !== undefined) {
    const facts = ['url', 'length', 'type'].map((name): [string, string] => [name, attributeOf(enclosure, name)]);
    out['enclosure'] = Object.fromEntries(facts.filter(([, value]) => value !== ''));
  }
  if (present('description')) {
    out['content'] = textOf(firstOf(item, 'description'));
    out['contentSnippet'] = await snippet(String(out['content']));
  }
  if (present('guid')) out['guid'] = textOf(firstOf(item, 'guid'));
  const about = attributeOf(item, 'rdf:about');
  if (about !== '') out['rdf:about'] = about;
  if (present('category')) out['categories'] = elementsOf(item, 'category').map(textOf);
  const date = isoDate(String(out['pubDate'] ?? out['date'] ?? ''));
  if (date !== null) out['isoDate'] = date;
  return out;
}

async function atomEntry(entry: unknown, extra: readonly string[]): Promise<JsonObject> {
  const out: JsonObject = {};
  for (const name of ['title', 'summary', ...extra]) {
    if (elementsOf(entry, name).length > 0) put(out, name, textOf(firstOf(entry, name)));
  }
  const links = elementsOf(entry, 'link');
  const link = links.find((one) => attributeOf(one, 'rel') === 'alternate') ?? links[0];
  if (link !== undefined) out['link'] = attributeOf(link, 'href');
  const date = isoDate(textOf(firstOf(entry, 'published')) || textOf(firstOf(entry, 'updated')));
  if (date !== null) out['pubDate'] = date;
  const author = textOf(firstOf(firstOf(entry, 'author'), 'name'));
  if (author !== '') out['author'] = author;
  if (elementsOf(entry, 'content').length > 0) {
    out['content'] = textOf(firstOf(entry, 'content'));
    out['contentSnippet'] = await snippet(String(out['content']));
  }
  if (typeof out['summary'] === 'string') out['summarySnippet'] = await snippet(out['summary']);
  const id = textOf(firstOf(entry, 'id'));
  if (id !== '') out['id'] = id;
  if (date !== null) out['isoDate'] = date;
  return out;
}

/** Entries of an RSS or Atom feed, with the elements `extra` besides the usual ones. */
export async function readElements(text: string, extra: readonly string[], where: string): Promise<Json[]> {
  const document = await parseXml(text.replace(/^\ufeff/, '').trimStart(), where);
  const atom = firstOf(document, 'feed');
  const root = firstOf(document, 'rss') ?? firstOf(document, 'rdf:RDF');
  if (atom === undefined && root === undefined) throw wrong(`${where}: this is no feed (RSS or Atom)`);
  const out: Json[] = [];
  for (const entry of elementsOf(atom, 'entry')) out.push(await atomEntry(entry, extra));
  for (const item of [...elementsOf(firstOf(root, 'channel'), 'item'), ...elementsOf(root, 'item')]) {
    out.push(await rssEntry(item, extra));
  }
  return out;
}
