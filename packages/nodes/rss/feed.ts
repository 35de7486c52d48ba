/** Owns reading a feed: RSS 0.9x, 1.0 and 2.0, Atom, and JSON Feed, to entries with the same fields. Does not fetch. */
import type { Json } from '@rondo/core/model/item.ts';
import { wrong } from '../kit/http/answers.ts';
import { attributeOf, elementsOf, firstOf, parseXml, textOf } from '../kit/http/xml.ts';
import { isObject, type JsonObject } from '../kit/paths.ts';

interface Enclosure {
  url: string;
  type: string | null;
  bytes: number | null;
}

interface Entry {
  id: string;
  title: string;
  link: string | null;
  published: string | null;
  updated: string | null;
  author: string | null;
  summary: string;
  content: string;
  categories: string[];
  enclosures: Enclosure[];
}

interface Feed {
  title: string;
  link: string | null;
  entries: Entry[];
}

function isoDate(text: string): string | null {
  const time = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Absolute http address, or null: nothing else belongs into a link that somebody may follow. */
function address(text: string, base: string): string | null {
  const url = text === '' ? null : URL.parse(text, base);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : null;
}

function countOf(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

function firstText(element: unknown, ...names: string[]): string {
  for (const name of names) {
    for (const found of elementsOf(element, name)) {
      const text = textOf(found);
      if (text !== '') return text;
    }
  }
  return '';
}

const unique = (texts: string[]): string[] => [...new Set(texts.filter((text) => text !== ''))];

function enclosure(url: string, base: string, type: string, length: string): Enclosure[] {
  const found = address(url, base);
  return found === null ? [] : [{ url: found, type: type === '' ? null : type, bytes: countOf(length) }];
}

function rssEntry(item: unknown, base: string): Entry {
  const guid = firstOf(item, 'guid');
  const permanent = attributeOf(guid, 'isPermaLink') !== 'false' && /^https?:/.test(textOf(guid)) ? textOf(guid) : '';
  const link = address(firstText(item, 'link') || permanent, base);
  const summary = firstText(item, 'description', 'itunes:summary');
  const enclosures = elementsOf(item, 'enclosure').flatMap((one) =>
    enclosure(attributeOf(one, 'url'), base, attributeOf(one, 'type'), attributeOf(one, 'length')),
  );
  const media = elementsOf(item, 'media:content').flatMap((one) =>
    enclosure(attributeOf(one, 'url'), base, attributeOf(one, 'type'), attributeOf(one, 'fileSize')),
  );
  return {
    id: textOf(guid) || attributeOf(item, 'rdf:about') || link || firstText(item, 'title'),
    title: firstText(item, 'title'),
    link,
    published: isoDate(firstText(item, 'pubDate', 'dc:date', 'dcterms:created')),
    updated: isoDate(firstText(item, 'atom:updated', 'dcterms:modified')),
    author: firstText(item, 'dc:creator', 'author', 'itunes:author') || null,
    summary,
    content: firstText(item, 'content:encoded') || summary,
    categories: unique([...elementsOf(item, 'category'), ...elementsOf(item, 'dc:subject')].map(textOf)),
    enclosures: [...enclosures, ...media],
  };
}

/** Text of an Atom construct; xhtml content is elements, of which only the text is left. */
function atomText(element: unknown): string {
  const own = textOf(element);
  return own !== '' || !isObject(element) || attributeOf(element, 'type') !== 'xhtml' ? own : allText(element);
}

function allText(element: unknown): string {
  if (Array.isArray(element)) return element.map(allText).filter(Boolean).join(' ');
  if (!isObject(element)) return textOf(element);
  const inside = Object.entries(element)
    .filter(([name]) => !name.startsWith('@') && !name.startsWith('#'))
    .map(([, child]) => allText(child));
  return [textOf(element), ...inside].filter(Boolean).join(' ');
}

function atomLink(entry: unknown, base: string, rel: string): string | null {
  const links = elementsOf(entry, 'link');
  const found = links.find((link) => (attributeOf(link, 'rel') || 'alternate') === rel);
  return found === undefined ? null : address(attributeOf(found, 'href'), base);
}

function atomEntry(entry: unknown, base: string, feedAuthor: string): Entry {
  const link = atomLink(entry, base, 'alternate');
  const [summary, content] = [atomText(firstOf(entry, 'summary')), atomText(firstOf(entry, 'content'))];
  return {
    id: firstText(entry, 'id') || link || '',
    title: atomText(firstOf(entry, 'title')),
    link,
    published: isoDate(firstText(entry, 'published', 'issued')),
    updated: isoDate(firstText(entry, 'updated', 'modified')),
    author: firstText(firstOf(entry, 'author'), 'name', 'email') || feedAuthor || null,
    summary,
    content: content || summary,
    categories: unique(elementsOf(entry, 'category').map((one) => attributeOf(one, 'term') || textOf(one))),
    enclosures: elementsOf(entry, 'link')
      .filter((one) => attributeOf(one, 'rel') === 'enclosure')
      .flatMap((one) =>
        enclosure(attributeOf(one, 'href'), base, attributeOf(one, 'type'), attributeOf(one, 'length')),
      ),
  };
}

async function xmlFeed(text: string, base: string, where: string): Promise<Feed> {
  const document = await parseXml(text, where);
  const rss = firstOf(document, 'rss');
  const rdf = firstOf(document, 'rdf:RDF');
  const atom = firstOf(document, 'feed');
  if (atom !== undefined) {
    const author = firstText(firstOf(atom, 'author'), 'name');
    const entries = elementsOf(atom, 'entry').map((entry) => atomEntry(entry, base, author));
    return { title: atomText(firstOf(atom, 'title')), link: atomLink(atom, base, 'alternate'), entries };
  }
  const channel = firstOf(rss ?? rdf, 'channel');
  if (channel === undefined && rdf === undefined) throw wrong(`${where}: this is no feed (RSS, Atom or JSON Feed)`);
  // RSS 1.0 has its items beside the channel, not in it.
  const items = [...elementsOf(channel, 'item'), ...elementsOf(rdf, 'item')];
  const entries = items.map((item) => rssEntry(item, base));
  return { title: firstText(channel, 'title'), link: address(firstText(channel, 'link'), base), entries };
}

const textIn = (object: JsonObject, name: string): string => {
  const value = object[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};

const listIn = (object: JsonObject, name: string): Json[] => {
  const value = object[name];
  return Array.isArray(value) ? value : [];
};

function jsonAuthor(object: JsonObject): string {
  const found = [...listIn(object, 'authors'), object['author']].find(isObject);
  return found === undefined ? '' : textIn(found, 'name');
}

function jsonEntry(item: JsonObject, base: string, feedAuthor: string): Entry {
  const link = address(textIn(item, 'url') || textIn(item, 'external_url'), base);
  const summary = textIn(item, 'summary');
  return {
    id: textIn(item, 'id') || link || '',
    title: textIn(item, 'title'),
    link,
    published: isoDate(textIn(item, 'date_published')),
    updated: isoDate(textIn(item, 'date_modified')),
    author: jsonAuthor(item) || feedAuthor || null,
    summary,
    content: textIn(item, 'content_html') || textIn(item, 'content_text') || summary,
    categories: unique(listIn(item, 'tags').filter((tag) => typeof tag === 'string')),
    enclosures: listIn(item, 'attachments')
      .filter(isObject)
      .flatMap((one) => enclosure(textIn(one, 'url'), base, textIn(one, 'mime_type'), textIn(one, 'size_in_bytes'))),
  };
}

function jsonFeed(text: string, base: string, where: string): Feed {
  let feed: Json;
  try {
    feed = JSON.parse(text) as Json;
  } catch (error) {
    throw wrong(`${where}: the feed is not valid JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(feed) || !Array.isArray(feed['items']))
    throw wrong(`${where}: this is no feed (RSS, Atom or JSON Feed)`);
  const author = jsonAuthor(feed);
  const entries = feed['items'].filter(isObject).map((item) => jsonEntry(item, base, author));
  return { title: textIn(feed, 'title'), link: address(textIn(feed, 'home_page_url'), base), entries };
}

/** The feed in `text`; addresses in it are relative to `base`. Throws FailureError node-failed. */
export async function readFeed(text: string, base: string, where: string): Promise<Feed> {
  const plain = text.replace(/^\ufeff/, '').trimStart();
  if (plain === '') throw wrong(`${where}: the answer is empty, not a feed`);
  return plain.startsWith('{') || plain.startsWith('[') ? jsonFeed(plain, base, where) : xmlFeed(plain, base, where);
}
