import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const text = { type: 'string' };
const list = { type: 'array', items: text };
const id = { id: text };
const rows = (field: string) => ({
  [field]: {
    type: 'object',
    properties: { values: { type: 'array', items: { properties: { key: text, value: text } } } },
  },
});

type Case = [why: string, name: string, says: string, is: string, JsonObject?, server?: string];

// Invented definitions; each shows one way in which a trait was once missed or wrongly set.
const cases: Case[] = [
  ['one public key is no secret to read', 'key-get', 'Get an SSH key by ID', 'Read Low', id],
  ['an API key is', 'key-get', 'Get an API key by ID', 'Read High credential_access', id],
  [
    'adding a public key grants access',
    'key-add',
    'Add an SSH key',
    'Write High credential_access',
    { public_key: text },
  ],
  [
    'a set of variables with their values',
    'createEnvironment',
    'Creates an environment. Only shared environment variables can be set.',
    'Write High credential_access',
    { environment: { type: 'object' } },
  ],
  [
    'the same, told by its arguments',
    'put_environment',
    'Replaces the data of an environment',
    'Write High credential_access',
    rows('environment'),
  ],
  [
    'a stage of deployment is no set of values',
    'create_environment',
    'Create a new environment',
    'Write Medium',
    { name: text, slug: text },
  ],
  [
    'a browser’s cookies log in',
    'get_cookies',
    'Retrieves cookies from the current browser session',
    'Read High credential_access',
  ],
  [
    'a question of consent does not',
    'get_cookie_banner',
    'Get the cookie banner settings',
    'Read Low',
  ],
  [
    'a vault opened',
    'unlock',
    'Unlock the vault with the master password',
    'Execute High credential_access',
  ],
  ['a file opened for edits', 'unlock', 'Unlock a locked file', 'Write Medium', id],

  [
    'a mail read for what it holds',
    'extract_dates',
    'Extract dates from an email',
    'Read Medium private_data untrusted_content',
    id,
  ],
  [
    'lines of a file',
    'extract_lines',
    'Extracts specific lines from a file',
    'Read Medium private_data',
    { path: text },
  ],
  [
    'names of a file’s parts are no content',
    'extract_layers',
    'Extract layer names from a design',
    'Read Low',
    { path: text },
  ],
  [
    'cells of a sheet',
    'read_sheet',
    'Read values from a spreadsheet with pagination.',
    'Read Medium private_data',
    { path: text },
  ],
  [
    'parts of a document',
    'readChips',
    'Read chip-like elements (mentions, links) from the default tab of a document',
    'Read Medium private_data',
    id,
  ],
  [
    'facts about a file are not the file',
    'quick_get_file_info',
    'Gets detailed information about a file or directory',
    'Read Low',
    { path: text },
  ],
  [
    'a page of a workspace',
    'retrieve-page-markdown',
    'Retrieve a page as Markdown',
    'Read Medium private_data',
    { page_id: text },
  ],
  [
    'its blocks',
    'get-block-children',
    'Retrieve block children',
    'Read Medium private_data',
    { block_id: text },
  ],
  [
    'settings kept under a name',
    'list_profiles',
    'List all configured CLI profiles. Shows which profile is active.',
    'Read Low',
  ],
  [
    'a show of how things look',
    'get-marked-message',
    'Demonstrates how marks describe content.',
    'Read Low',
  ],

  [
    'mail of one’s own that waits',
    'list_scheduled',
    'List scheduled emails. Shows pending or sent ones.',
    'Read Medium private_data',
  ],
  [
    'mail of others',
    'list_mail',
    'List emails of a folder',
    'Read Medium private_data untrusted_content',
    { folder: text },
  ],
  [
    'what a stranger says of themselves',
    'get_user',
    'Get user info. Returns username, bio and trust level.',
    'Read Low untrusted_content',
    { username: text },
    'forum',
  ],
  [
    'what strangers publish',
    'search-plugins',
    'Search the store. Plugins in the store are published by independent developers.',
    'Read Low untrusted_content',
    { keywords: text },
  ],
  [
    'comments on a page',
    'retrieve-a-comment',
    'Retrieve comments',
    'Read Low untrusted_content',
    { block_id: text },
  ],
  [
    'places, told in another language',
    'place_detail',
    '查询关键词搜索获取到的POI的详细信息',
    'Read Low untrusted_content',
    id,
  ],
  [
    'an office’s documents are not documentation',
    'getEvent',
    'Get a single calendar event by ID',
    'Read Medium private_data',
    id,
    'office-docs-mcp',
  ],
  [
    'what a document holds',
    'getDocContent',
    'Get content of a Doc with text indices for formatting',
    'Read Medium private_data',
    { documentId: text },
  ],
  [
    'a portion of it',
    'readPart',
    'Get a portion of a spreadsheet with pagination support.',
    'Read Medium private_data',
    id,
  ],
  [
    'books of account',
    'list-balance',
    'List the balance sheet report of the company',
    'Read Medium private_data',
  ],
  [
    'quotes made to customers',
    'list-quotes',
    'List all quotes. Ask whether quotes for a specific contact are wanted.',
    'Read Medium private_data',
  ],
  ['a machine’s health is not a person’s', 'health_check', 'Alias for server_health', 'Read Low'],
  [
    'rows of a layout',
    'listGroups',
    'List the row and column groups of a sheet, with their depth',
    'Read Low',
    id,
  ],
  [
    'who is logged in',
    'whoami',
    'Show the current authenticated user, active CLI profile and email.',
    'Read Medium private_data',
  ],
  [
    'what changed in the source',
    'diff',
    'View differences between commits or branches of a repository.',
    'Read Medium private_data',
  ],
  [
    'people of a public network',
    'search_users',
    'Search for Twitter users by keyword.',
    'Read Low untrusted_content',
    { query: text },
  ],
  [
    'the stream of a network',
    'home',
    'Get the user’s home timeline.',
    'Read Low untrusted_content',
  ],
  [
    'several searches at once',
    'search_engine_batch',
    'Run multiple search queries simultaneously. Returns Markdown.',
    'Read Low untrusted_content',
    { queries: list },
  ],
  [
    'a register open to all',
    'search_packs',
    'Discover packs in the public Registry.',
    'Read Low untrusted_content',
    { query: text },
  ],
  [
    'what one has sent',
    'get_sent_messages',
    'Get messages sent to a specific user',
    'Read Medium private_data',
    { user: text },
  ],
  [
    'a page of a local file',
    'get_page',
    'Reads one page (diagram) from a local drawing file and returns its XML.',
    'Read Medium private_data',
    { path: text },
    'desktop GUI',
  ],

  [
    'a note shown on one’s own screen',
    'test_notification',
    'Send a test desktop notification',
    'Write Medium',
  ],
  [
    'a review’s thread stays in its project',
    'create_thread',
    'Create a new thread on a merge request.',
    'Write Medium',
    { body: text },
  ],
  [
    'a router that sends',
    'messages',
    'Message operations - Commands for managing messages - supports sending SMS. This is a command router.',
    'Write High communicates_externally',
    { command: text },
  ],
  [
    'content fetched from where the caller says',
    'insertImageFromUrl',
    'Insert an image into a document from a publicly accessible URL',
    'Write High communicates_externally',
    { documentId: text, imageUrl: text },
  ],
  [
    'a device given back',
    'release_device',
    'Release a device previously reserved back to the fleet',
    'Write Medium',
    { device: text },
  ],
  [
    'a transaction that collects money',
    'create_transaction',
    'Create a new transaction.',
    'Write Critical financial',
    { customerId: text, collectionMode: text },
  ],

  ['a repost is public', 'repost', 'Repost a tweet.', 'Write High communicates_externally', id],
  [
    'an HTTP verb in a name sends nothing',
    'API-post-page',
    'Wiki | Create a page',
    'Write Medium',
    { children: list },
  ],
  [
    'text made to be shared',
    'create_text_drop',
    'Create a new drop for securely sharing text',
    'Write High communicates_externally',
    { text },
  ],
  [
    'content put to an address of the caller’s',
    'upload',
    'Upload content to the presigned URL returned before',
    'Write High communicates_externally',
    { content: text, upload_url: text },
  ],

  [
    'people invited by list',
    'invite-people',
    'Invite members to a project',
    'Write Critical bulk communicates_externally credential_access',
    { emails: list, project: text },
  ],
  [
    'commits of one history',
    'pick',
    'Cherry-pick commits from other branches.',
    'Write Medium',
    { commits: list },
  ],
  [
    'a choice of site',
    'pick_site',
    'Validate and select a site.',
    'Write Medium contained',
    { site: text },
  ],
  [
    'a file given to a page',
    'upload_file',
    'Uploads a file using a file input element',
    'Execute High',
    { value: text, filePath: text },
    'web driver for a browser',
  ],
  [
    'a link signed on the spot is kept nowhere',
    'create_link',
    'Create a presigned URL for downloading a file',
    'Read Low',
    id,
  ],
];

test.for(cases)('%s', ([, name, says, is, properties = {}, server]) => {
  const { category, risk, traits } = classify({
    tool: {
      name,
      description: says,
      inputSchema: { type: 'object', properties, required: Object.keys(properties) },
    },
    ...(server !== undefined && { server: { name: server } }),
  });
  expect([category, risk, ...traits].join(' ')).toBe(is);
});
