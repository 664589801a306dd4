import { type Digest, type JsonObject, jsonDigest, own } from '@toolwarden/catalogue';

/** What a server lists besides tools, and the field that names an entry. */
export const listedKinds = {
  prompts: { name: 'name', list: 'prompts/list', field: 'prompts' },
  resources: { name: 'uri', list: 'resources/list', field: 'resources' },
  resourceTemplates: {
    name: 'uriTemplate',
    list: 'resources/templates/list',
    field: 'resourceTemplates',
  },
} as const;
export type ListedKind = keyof typeof listedKinds;

const FIELDS: Record<ListedKind, readonly string[]> = {
  prompts: ['name', 'title', 'description', 'arguments', 'icons', '_meta'],
  resources: ['uri', 'name', 'title', 'description', 'mimeType', 'icons', 'annotations', '_meta'],
  resourceTemplates: [
    ...['uriTemplate', 'name', 'title', 'description', 'mimeType', 'icons'],
    ...['annotations', '_meta'],
  ],
};

/** The id of what a listed prompt or resource says of itself; size and time of its content do not enter it. */
export function listedDigest(kind: ListedKind, definition: JsonObject): Digest {
  return jsonDigest(
    Object.fromEntries(
      FIELDS[kind].map((field) => [field, withoutTimes(field, own(definition, field))]),
    ),
  );
}

// `lastModified` moves with the content; who the resource is for, and how important, does not.
function withoutTimes(field: string, value: unknown): unknown {
  if (field !== 'annotations' || typeof value !== 'object' || value === null) return value;
  const { lastModified: _, ...rest } = value as JsonObject;
  return rest;
}
