import { expect, test } from 'vitest';
import { jsonLd } from './json-ld.ts';
import { inline, markdown } from './markdown.ts';
import { sitemaps } from './sitemap.ts';
import { safeLink } from './urls.ts';

test('JSON-LD cannot end its element', () => {
  const text = jsonLd({ a: '</script><!--\u2028&' });
  expect(text).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(text)).toEqual({ a: '</script><!--\u2028&' });
});

test('Markdown from outside stays text', () => {
  expect(inline('[x](javascript:1) <b> `c` *d*')).toBe(
    '\\[x\\](javascript:1) &lt;b&gt; \\`c\\` \\*d\\*',
  );
  expect(inline('send_campaign (id: 1)')).toBe('send_campaign (id: 1)');
  expect(inline('a\n# b')).toBe('a \\# b');
  expect(inline('a\u202Eb')).toBe('a\\[U+202E\\]b');
});

test('a fence is longer than any fence inside it', () => {
  expect(markdown([{ code: 'a\n````\nb', language: 'text' }])).toBe(
    '`````text\na\n````\nb\n`````\n',
  );
});

test('a quote stays one line, so that it cannot leave its block', () => {
  expect(markdown([{ quote: 'a\n\n# b', from: '/description' }])).toBe(
    '> a \\# b\n>\n> (/description)\n',
  );
});

test('only plain https links are followed', () => {
  expect(safeLink('https://example.com/a')).toBe('https://example.com/a');
  expect(safeLink('git+https://example.com/a.git')).toBe('https://example.com/a.git');
  for (const link of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.example',
    'http://example.com',
    'https://user:pass@example.com',
    'ssh://git@example.com/a',
    '',
    undefined,
  ])
    expect(safeLink(link), String(link)).toBeUndefined();
});

test('a long sitemap becomes an index of whole ones', () => {
  const paths = Array.from({ length: 5 }, (_, i) => ({ path: `/p/${i}?a&b` }));
  expect(sitemaps(paths, 'https://x.example', 5)).toHaveLength(1);
  const files = new Map(sitemaps(paths, 'https://x.example', 2));
  expect([...files.keys()]).toEqual([
    'sitemap.xml',
    'sitemap-1.xml',
    'sitemap-2.xml',
    'sitemap-3.xml',
  ]);
  expect(files.get('sitemap.xml')).toContain('<loc>https://x.example/sitemap-3.xml</loc>');
  expect(files.get('sitemap-3.xml')).toContain('<loc>https://x.example/p/4?a&amp;b</loc>');
});

test('a sitemap dates the pages whose change the history knows, and no other', () => {
  const pages = [{ path: '/a', changedOn: '2026-11-20' }, { path: '/b' }];
  const [[, text = ''] = []] = sitemaps(pages, 'https://x.example');
  expect(text).toContain('<loc>https://x.example/a</loc><lastmod>2026-11-20</lastmod>');
  expect(text.match(/<lastmod>/g)).toHaveLength(1);
});
