import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const text = { type: 'string' };

function judge(name: string, description: string, properties: JsonObject = {}): string {
  const { category, traits } = classify({
    tool: { name, description, inputSchema: { type: 'object', properties } },
  });
  return [category, ...traits].join(' ');
}

test('making a secret that replaces the one in use changes access; making one up does not', () => {
  expect(
    judge(
      'generate_webhook_secret',
      'Generate a new signing secret for a hosted webhook endpoint and return it once. It replaces the existing secret.',
      { endpointId: text },
    ),
  ).toBe('Write credential_access');
  expect(judge('rotate_token', 'Rotate the access token of a service account.', { id: text })).toBe(
    'Write credential_access',
  );
  expect(judge('generate_password', 'Generate a strong random password and return it.')).toBe(
    'Read',
  );
});

test('a public key named beside a secret does not make the secret public', () => {
  expect(
    judge('store_secret', 'Store the signing secret (or public key) a provider issued.', {
      secret: text,
    }),
  ).toBe('Write credential_access');
  expect(judge('get_public_key', 'Get the public key of a server.', { id: text })).toBe('Read');
});

test('a look that keeps its result in a file, by the words of an argument, writes', () => {
  expect(
    judge('parse_plan', 'Parse a requirements file to automatically generate initial tasks.', {
      input: text,
      force: { type: 'boolean', description: 'Overwrite existing output file without asking' },
      append: { type: 'boolean', description: 'Append the tasks to the existing file' },
    }),
  ).toBe('Write destructive_option');
  expect(
    judge('compare_parts', 'Compare the parts of a project against a stored baseline.', {
      save_baseline: { type: 'boolean' },
    }),
  ).toBe('Write');
  expect(
    judge('take_screenshot', 'Take a screenshot of the current page.', {
      saveTo: { type: 'string', description: 'Path of a file to save the screenshot to' },
    }),
  ).toBe('Write untrusted_content');
  expect(
    judge('evaluate_rules', 'Evaluate a project against rules.', {
      save_evidence: { type: 'boolean', description: 'Save the evidence to .scanner/evidence/' },
    }),
  ).toBe('Write');
  expect(
    judge('read_report', 'Read a report.', {
      filePath: { type: 'string', description: 'Path of the file that was saved before' },
    }),
  ).not.toContain('Write');
});

test('what is said of one choice of a list in one line says nothing of the one before it', () => {
  const said =
    'Work on a viewer. • update_annotations: partial update (id required) • remove_all: delete every file';
  const action = (...values: string[]) => ({ action: { type: 'string', enum: values } });
  expect(judge('interact', said, action('update_annotations', 'zoom', 'search'))).not.toContain(
    'destructive',
  );
  expect(judge('interact', said, action('update_annotations', 'remove_all'))).toContain(
    'destructive',
  );
});

test('the history of executions is something to read', () => {
  expect(judge('past', 'Execution history of a prompt.')).toBe('Read');
  expect(judge('past', 'Execution of a prompt.')).toMatch(/^Execute/);
});

test('only what is owed is made due by finalising it', () => {
  expect(judge('finalize_asset_upload', 'Finalize a file upload and create the asset.')).toBe(
    'Write',
  );
  expect(judge('finalize_invoice', 'Finalize a draft invoice.', { id: text })).toBe(
    'Write financial',
  );
});

test('cancelling a download moves no money', () => {
  expect(
    judge('download_order_files', 'Download files of an order.', {
      action: { type: 'string', enum: ['status', 'start', 'cancel'] },
    }),
  ).not.toContain('financial');
});

test('seats and storage of a subscription change what is charged', () => {
  expect(
    judge('update_subscription', "Update the organization's current subscription.", {
      plans: { type: 'object', properties: { seats: { type: 'number' } } },
    }),
  ).toContain('financial');
});

test('taking back a mark, a bullet or a tie destroys nothing', () => {
  expect(
    judge(
      'unapprove_change',
      "Unapprove a change. Use this to remove the current user's approval from it.",
    ),
  ).toBe('Write');
  expect(
    judge('paragraph_bullets', 'Add or remove bullet points on paragraphs.', { id: text }),
  ).not.toContain('destructive');
  expect(judge('unlink_issue', 'Remove the link between two issues.')).not.toContain('destructive');
  expect(judge('disconnect', 'Close a connection and revoke its connectionId.')).not.toContain(
    'destructive',
  );
  expect(judge('delete_page', 'Delete a page.')).toContain('destructive');
});

test('a choice that strips its answer is a read where every action is said to be one; a deletion is not', () => {
  const says = 'Return or query a saved file. Every action here is READ-ONLY.';
  const choice = (...values: string[]) => ({ action: { type: 'string', enum: values } });
  expect(judge('get_workflow', says, choice('get', 'list', 'strip'))).toMatch(/^Read/);
  expect(judge('get_workflow', says, choice('get', 'list', 'delete'))).toContain('destructive');
});

test('a router is a read only where its words say that it only looks things up', () => {
  const command = { command: text, parameters: { type: 'object' } };
  expect(judge('health', 'Health operations - Commands to diagnose resources.', command)).toMatch(
    /^Write/,
  );
  expect(judge('quota', 'Commands for getting the quota of a region.', command)).toMatch(/^Read/);
  expect(judge('search_docs', 'Search the documentation.', command)).toMatch(/^Read/);
});

test('what is said, paid or recorded of people is private', () => {
  for (const [name, says] of [
    ['get_messages', 'Get messages from a chat channel of the community.'],
    ['list_users', 'List users via the admin API.'],
    ['extract_contacts', 'Extract unique contacts from recent headers.'],
    ['list_methods', 'Lists saved payment methods.'],
    ['list_addresses', 'List addresses for a customer.'],
    ['get_transcription', 'Fetch a transcription of a recording.'],
    ['list_leave', 'List all leave records for a specific employee.'],
  ] as const)
    expect(judge(name, says), name).toContain('private_data');
  for (const [name, says] of [
    ['list_leave_types', 'Lists all available leave types.'],
    ['list_transcription_models', 'List transcription models.'],
    ['count_users', 'Count the users of a list.'],
  ] as const)
    expect(judge(name, says), name).not.toContain('private_data');
});
