import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServerId, type ServerId } from './server-id.ts';
import { serverSlug, toolSlugs } from './slug.ts';

describe('server slugs', () => {
  test.for([
    ['npm:@iterable/mcp', 'npm__iterable__mcp'],
    ['npm:trigger.dev', 'npm__trigger.dev'],
    ['registry:io.github.acme/notes', 'registry__io.github.acme__notes'],
    ['url:mcp.acme.dev/mcp', 'url__mcp.acme.dev__mcp'],
    ['config:notes', 'config__notes'],
  ] as const)('%s reads as %s', ([id, slug]) => expect(serverSlug(id)).toBe(slug));

  test.for<ServerId>([
    'config:My Server',
    'npm:foo__bar',
    'registry:io.github.Acme/notes',
    'npm:foo.json',
    'config:con',
    'config:../etc',
    'config:.',
  ])('%s does not map back without loss, so it carries a hash', (id) =>
    expect(serverSlug(id)).toMatch(/^[a-z]+__[a-z0-9_-]+~[0-9a-f]{16}$/),
  );

  test('CR19: different ids never share a slug, not even when lower-cased, and no slug leaves its folder', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'A', '_', '-', '.', '/', '@', 'é', ' ', '~'),
      maxLength: 6,
    });
    const id = fc
      .tuple(fc.constantFrom('npm', 'registry', 'url', 'config'), part)
      .map(([origin, rest]) => `${origin}:${rest}` as ServerId);
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 40 }), (ids) => {
        const slugs = ids.map(serverSlug);
        expect(new Set(slugs.map((slug) => slug.toLowerCase())).size).toBe(ids.length);
        for (const slug of slugs) expect(slug).toMatch(/^[a-z]+__[a-z0-9._~-]+$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('tool slugs', () => {
  test('a plain name stays as it is, camel case is split', () => {
    expect([...toolSlugs(['send_campaign', 'getUser', 'API-get-user']).values()]).toEqual([
      'send_campaign',
      'get-user',
      'api-get-user',
    ]);
  });

  test('names that meet keep one plain slug for its exact spelling, in any order', () => {
    const names = ['get-user', 'getUser', 'GetUser'];
    const slugs = toolSlugs(names);
    expect(slugs.get('get-user')).toBe('get-user');
    expect(slugs.get('getUser')).toMatch(/^get-user~[0-9a-f]{8}$/);
    for (const name of names) expect(toolSlugs(names.toReversed()).get(name)).toBe(slugs.get(name));
  });

  test.for([
    '../../etc/x',
    'CON',
    '.',
    '',
    'a/b',
    'a\0b',
    'x'.repeat(65_536),
    '\u202eevil',
    '\u0301\u0301',
    '__proto__',
    'foo.json',
    'index',
  ])('the hostile name %j gives a safe, short slug', (name) =>
    expect(toolSlugs([name]).get(name)).toMatch(/^(?!con$|index$)[a-z0-9_][a-z0-9_~-]{0,80}$/),
  );

  test('any set of names gives as many slugs, unique when lower-cased and normalised', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 60 }),
        (names) => {
          const slugs = [...toolSlugs(names).values()];
          expect(new Set(slugs.map((slug) => slug.toLowerCase().normalize('NFC'))).size).toBe(
            names.length,
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

/** A hundred thousand names that nearly meet: other case, other Unicode form, other marks, reserved names, endless ones. */
function namesThatNearlyMeet(): string[] {
  const words = [
    'get',
    'user',
    'Ünï',
    'con',
    'aux',
    'index',
    'naïve',
    'data.json',
    '家族',
    'x'.repeat(90),
  ];
  const forms: ((word: string) => string)[] = [
    (word) => word,
    (word) => word.toUpperCase(),
    (word) => word.normalize('NFD'),
    (word) => `${word}.`,
    (word) => `${word} `,
    (word) => `-${word}`,
    (word) => `${word}\u200b`,
    (word) => word.replace(/^./u, (first) => first.toUpperCase()),
  ];
  const marks = ['_', '-', '', ' ', '.', '/', '__'];
  const names = new Set<string>();
  for (let turn = 0; names.size < 100_000; turn++)
    for (const first of words)
      for (const second of words)
        for (const form of forms)
          for (const mark of marks)
            names.add(`${form(first)}${mark}${form(second)}${turn === 0 ? '' : turn}`);
  return [...names].slice(0, 100_000);
}

test('S4: a hundred thousand names that nearly meet have as many short slugs, whatever their order', () => {
  const names = namesThatNearlyMeet();
  const slugs = toolSlugs(names);
  const folded = new Set([...slugs.values()].map((slug) => slug.toLowerCase().normalize('NFC')));
  expect(folded.size).toBe(names.length);
  const again = toolSlugs(names.toReversed());
  expect(names.filter((name) => again.get(name) !== slugs.get(name))).toEqual([]);
  expect([...slugs.values()].filter((slug) => !/^[a-z0-9_][a-z0-9_~-]{0,79}$/.test(slug))).toEqual(
    [],
  );
});

test('S4: as many servers have as many short slugs', () => {
  const ids = namesThatNearlyMeet().map((name): ServerId => `registry:${name}`);
  const slugs = ids.map(serverSlug);
  expect(new Set(slugs.map((slug) => slug.toLowerCase().normalize('NFC'))).size).toBe(ids.length);
  expect(slugs.filter((slug) => !/^registry__[a-z0-9._~-]+$/.test(slug))).toEqual([]);
  expect(Math.max(...slugs.map((slug) => Buffer.byteLength(slug)))).toBeLessThanOrEqual(80);
});

describe('server ids', () => {
  test.for([
    '--registry=http://x',
    'npm:--registry=x',
    'npm:../x',
    'npm:a;b',
    `npm:${'a'.repeat(300)}`,
    'npm:Ünï',
    'npm:a@latest',
    'npm:a@^1.0.0',
    'pypi:x',
    'npm:',
    'config:a\nb',
  ])('%j is refused with one line', (text) => {
    const parsed = parseServerId(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.problem).toMatch(/^[^\n]+$/);
  });

  test('a scope is not mistaken for a version', () => {
    expect(parseServerId('npm:@scope/name')).toMatchObject({ ok: true, identifier: '@scope/name' });
    expect(parseServerId('npm:@scope/name@1.2.3-rc.1')).toMatchObject({
      id: 'npm:@scope/name',
      version: '1.2.3-rc.1',
    });
  });
});
