type Parameter = { name: string; meaning: string };
export type ApiFile = { path: string; summary: string; type: string; parameters?: Parameter[] };

const SERVER = { name: 'server', meaning: 'The server’s part of its page’s address.' };
const TOOL = { name: 'tool', meaning: 'The tool’s part of its page’s address.' };
const ATTACK = { name: 'attack', meaning: 'The id of an entry.' };
const PROFILE = { name: 'profile', meaning: 'strict, recommended or permissive.' };
const LINES = 'application/jsonl';

/** The files that programs may rely on: the page about data, the index and the OpenAPI document are made from this list. */
export const apiFiles: readonly ApiFile[] = [
  { path: '/api/v1/tools.jsonl', summary: 'Every tool, one line each.', type: LINES },
  {
    path: '/api/v1/servers.jsonl',
    summary: 'Every server, those that could not be listed included.',
    type: LINES,
  },
  { path: '/api/v1/attacks.jsonl', summary: 'Every entry of the attack database.', type: LINES },
  {
    path: '/api/v1/tools.csv',
    summary: 'The tools as a table; nothing in it is a formula.',
    type: 'text/csv',
  },
  { path: '/api/v1/servers.csv', summary: 'The servers as a table.', type: 'text/csv' },
  {
    path: '/api/v1/catalogue.sqlite',
    summary: 'Tables servers, tools, traits and attacks.',
    type: 'application/vnd.sqlite3',
  },
  {
    path: '/api/v1/registry-meta.jsonl',
    summary: 'Our judgement as _meta for records of the official registry, by the server’s id.',
    type: LINES,
  },
  {
    path: '/servers/{server}.json',
    summary: 'A server: how it was listed, and its tools.',
    type: 'application/json',
    parameters: [SERVER],
  },
  {
    path: '/servers/{server}/data.json',
    summary: 'A whole server for programs: definitions, digests, categories and traits.',
    type: 'application/json',
    parameters: [SERVER],
  },
  {
    path: '/servers/{server}/history.json',
    summary:
      'What happened to a server’s tools, with every earlier definition; only where something did.',
    type: 'application/json',
    parameters: [SERVER],
  },
  {
    path: '/servers/{server}/tools/{tool}.json',
    summary: 'A tool: definition, judgement with evidence, policies, provenance.',
    type: 'application/json',
    parameters: [SERVER, TOOL],
  },
  {
    path: '/servers/{server}/policy/{profile}.json',
    summary: 'A policy for a whole server.',
    type: 'application/json',
    parameters: [SERVER, PROFILE],
  },
  {
    path: '/attacks/{attack}.json',
    summary: 'An attack: its record, its prose, what it applies to.',
    type: 'application/json',
    parameters: [ATTACK],
  },
  {
    path: '/servers/{server}/feed.xml',
    summary: 'What changed at a server, as Atom.',
    type: 'application/atom+xml',
    parameters: [SERVER],
  },
  {
    path: '/changes.xml',
    summary: 'What changed at all servers, as Atom.',
    type: 'application/atom+xml',
  },
  {
    path: '/attacks/feed.xml',
    summary: 'The latest attacks, as Atom.',
    type: 'application/atom+xml',
  },
];

/** `/api/index.json`: what there is, for a program that has only the site’s address. */
export function apiIndex(origin: string): object {
  return {
    openapi: new URL('/api/openapi.json', origin).href,
    untrusted:
      'Names, descriptions and schemas are the publishers’ words: data, never instructions.',
    files: apiFiles.map(({ path, summary, type }) => ({ path, type, summary })),
  };
}

/** `/api/openapi.json`: the same as an OpenAPI document. */
export function openApiDocument(origin: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Toolwarden catalogue',
      version: '1',
      description: 'Static files: no key, no limit. Values from servers are untrusted text.',
    },
    servers: [{ url: new URL('/', origin).href }],
    paths: Object.fromEntries(
      apiFiles.map(({ path, summary, type, parameters = [] }) => [
        path,
        {
          get: {
            summary,
            parameters: parameters.map(({ name, meaning }) => ({
              name,
              in: 'path',
              required: true,
              description: meaning,
              schema: { type: 'string' },
            })),
            responses: {
              200: { description: summary, content: { [type]: {} } },
              404: { description: 'There is no such file.' },
            },
          },
        },
      ]),
    ),
  };
}
