import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { type ListedKind, listedDigest } from './pin-digest.ts';

const icons = (name: string) => [{ src: `https://a.example/${name}.png` }];
const listed: Record<ListedKind, [definition: JsonObject, changed: JsonObject]> = {
  prompts: [
    { name: 'p', title: 'T', description: 'D', arguments: [], icons: icons('a'), _meta: { a: 1 } },
    {
      ...{ name: 'q', title: 't', description: 'd', arguments: [{ name: 'x' }] },
      ...{ icons: icons('b'), _meta: { a: 2 } },
    },
  ],
  resources: [
    {
      ...{ uri: 'x://a', name: 'A', title: 'T', description: 'D', mimeType: 'text/plain' },
      ...{ icons: icons('a'), annotations: { audience: ['user'] }, _meta: { a: 1 } },
    },
    {
      ...{ uri: 'x://b', name: 'B', title: 't', description: 'd', mimeType: 'text/html' },
      ...{ icons: icons('b'), annotations: { audience: ['assistant'] }, _meta: { a: 2 } },
    },
  ],
  resourceTemplates: [
    {
      ...{
        uriTemplate: 'x://{a}',
        name: 'A',
        title: 'T',
        description: 'D',
        mimeType: 'text/plain',
      },
      ...{ icons: icons('a'), annotations: { priority: 1 }, _meta: { a: 1 } },
    },
    {
      ...{ uriTemplate: 'x://{b}', name: 'B', title: 't', description: 'd', mimeType: 'text/html' },
      ...{ icons: icons('b'), annotations: { priority: 0 }, _meta: { a: 2 } },
    },
  ],
};

test.for(
  (Object.keys(listed) as ListedKind[]).flatMap((kind) =>
    Object.keys(listed[kind][0]).map((field) => [kind, field] as const),
  ),
)('P21: of %s a changed or missing %s is another definition', ([kind, field]) => {
  const [definition, changed] = listed[kind];
  const digest = listedDigest(kind, definition);
  const { [field]: _, ...without } = definition;
  for (const other of [{ ...definition, [field]: changed[field] as never }, without]) {
    expect(listedDigest(kind, other)).not.toBe(digest);
  }
});

test('what the protocol does not know of, and what moves with the content, is no part of it', () => {
  const [page] = listed.resources;
  const annotations = { audience: ['user'], lastModified: '2026-11-21T00:00:00Z' };
  const moved = { ...page, size: 7, other: 1, annotations };
  expect(listedDigest('resources', moved)).toBe(listedDigest('resources', page));
});
