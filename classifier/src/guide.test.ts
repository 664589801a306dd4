import type { JsonObject, ToolDefinition } from '@toolwarden/catalogue';
import { describe, expect, test } from 'vitest';
import { classify } from './classify.ts';

type Case = {
  tool: string;
  says?: string;
  with?: JsonObject;
  hints?: JsonObject;
  server?: string;
  is: string;
};

const text = { type: 'string' };
const list = { type: 'array', items: { type: 'string' } };
const oneOf = (...values: string[]) => ({ type: 'string', enum: values });

function definition({ tool, says, with: properties, hints }: Case): ToolDefinition {
  return {
    name: tool,
    ...(says !== undefined && { description: says }),
    inputSchema: {
      type: 'object',
      properties: properties ?? {},
      required: Object.keys(properties ?? {}),
    },
    ...(hints !== undefined && { annotations: hints }),
  };
}

function summary(item: Case): string {
  const { category, risk, traits } = classify({
    tool: definition(item),
    ...(item.server !== undefined && { server: { name: item.server } }),
  });
  return [category, risk, ...traits].join(' ');
}

const edgeCases: Case[] = [
  {
    tool: 'start_report',
    says: 'Start a background job that exports a monthly report',
    is: 'Execute High',
  },
  {
    tool: 'wait_for_job',
    says: 'Poll a job until it has finished and return its result',
    is: 'Read Low',
  },
  { tool: 'list_jobs', says: 'List recent jobs and their results', is: 'Read Low' },
  {
    tool: 'track_event',
    says: 'Track a custom event for a user',
    with: { eventName: text },
    is: 'Write Medium',
  },
  {
    tool: 'send_message',
    says: 'Send a message to a channel',
    with: { channel: text, text },
    is: 'Write High communicates_externally',
  },
  {
    tool: 'send_newsletter',
    says: 'Send a prepared newsletter to its audience',
    with: { id: text },
    is: 'Execute High bulk communicates_externally',
  },
  {
    tool: 'place_call',
    says: 'Place a phone call to a number',
    with: { to: text },
    is: 'Execute High communicates_externally',
  },
  {
    tool: 'create_workflow',
    says: 'Create a workflow definition',
    with: { definition: { type: 'object' } },
    is: 'Write Medium',
  },
  { tool: 'create_and_run_job', says: 'Create a job and run it at once', is: 'Execute High' },
  {
    tool: 'pause_pipeline',
    says: 'Pause a running pipeline',
    with: { id: text },
    is: 'Execute High',
  },
  {
    tool: 'rollback_deployment',
    says: 'Roll back a deployment',
    with: { id: text },
    is: 'Execute High',
  },
  { tool: 'archive_project', says: 'Archive a project', with: { id: text }, is: 'Write Medium' },
  {
    tool: 'assign_issue',
    says: 'Assign an issue to someone',
    with: { id: text, assignee: text },
    is: 'Write Medium',
  },
  {
    tool: 'merge_pull_request',
    says: 'Merge a pull request',
    with: { number: { type: 'number' } },
    is: 'Write Medium',
  },
  {
    tool: 'apply_migration',
    says: 'Apply a migration to the database',
    with: { name: text },
    is: 'Execute High',
  },
  {
    tool: 'run_select_query',
    says: 'Run a read-only SQL query',
    with: { sql: text },
    is: 'Read Medium private_data raw_query',
  },
  {
    tool: 'run_sql',
    says: 'Run an SQL statement',
    with: { sql: text },
    is: 'Execute High raw_query',
  },
  {
    tool: 'call_api',
    says: 'Call any endpoint of the API',
    with: { method: oneOf('GET', 'POST', 'DELETE'), path: text, body: text },
    is: 'Execute High multi_action raw_query',
  },
  {
    tool: 'run_shell',
    says: 'Run a shell command',
    with: { command: text },
    is: 'Execute Critical code_execution',
  },
  {
    tool: 'click',
    says: 'Click an element on the page',
    with: { selector: text },
    is: 'Execute High',
  },
  {
    tool: 'screenshot',
    says: 'Take a screenshot of the current browser page',
    is: 'Read Low untrusted_content',
  },
  {
    tool: 'fetch_url',
    says: 'Fetch a web page',
    with: { url: text },
    is: 'Read Medium communicates_externally untrusted_content',
  },
  {
    tool: 'web_search',
    says: 'Search the web',
    with: { query: text },
    is: 'Read Low untrusted_content',
  },
  {
    tool: 'generate_code',
    says: 'Generate sample code for a task and return it',
    with: { prompt: text },
    is: 'Read Low',
  },
  {
    tool: 'generate_image',
    says: 'Generate an image from a prompt',
    with: { prompt: text },
    is: 'Write Medium',
  },
  {
    tool: 'generate_video',
    says: 'Generate a video from a prompt',
    with: { prompt: text },
    is: 'Execute High',
  },
  {
    tool: 'validate_config',
    says: 'Validate a configuration file',
    with: { content: text },
    is: 'Read Low',
  },
  {
    tool: 'set_active_project',
    says: 'Set the active project for this session',
    with: { id: text },
    is: 'Write Medium contained',
  },
  {
    tool: 'upload_file',
    says: 'Upload a file to the server',
    with: { content: text },
    is: 'Write Medium',
  },
  {
    tool: 'download_report',
    says: 'Download a report and save it to disk',
    with: { outputPath: text },
    is: 'Write Medium',
  },
  {
    tool: 'tabs',
    says: 'Manage browser tabs',
    with: { action: oneOf('list', 'open', 'close') },
    is: 'Execute High multi_action',
  },
  { tool: 'manage_things', says: 'Manage things', is: 'Write Medium' },
  { tool: 'frobnicate', says: '', is: 'Write Medium' },
];

const clarifications: Case[] = [
  {
    tool: 'browser_run',
    says: 'This tool does NOT drive the browser itself. It tells you how to install a browser.',
    is: 'Read Low',
  },
  {
    tool: 'run_saved_query',
    says: 'Run a stored dashboard query by its id',
    with: { id: text },
    hints: { readOnlyHint: true },
    is: 'Read Low',
  },
  {
    tool: 'api_post',
    says: 'Create resources with a POST request',
    with: {
      path: { type: 'string', description: 'API path such as /rest/v1/items' },
      body: { type: 'object' },
    },
    is: 'Write High raw_query',
  },
  {
    tool: 'api_delete',
    says: 'Delete resources',
    with: {
      path: { type: 'string', description: 'API path such as /rest/v1/items' },
      queryParams: { type: 'object' },
    },
    is: 'Write Critical destructive raw_query',
  },
  {
    tool: 'api_get',
    says: 'Read any data',
    with: {
      path: { type: 'string', description: 'API path such as /rest/v1/items' },
      queryParams: { type: 'object' },
    },
    is: 'Read Medium private_data raw_query',
  },
  { tool: 'get_settings', says: 'Get the settings of a workspace', is: 'Read Low' },
  {
    tool: 'read_email',
    says: 'Read an email from the inbox',
    with: { id: text },
    is: 'Read Medium private_data untrusted_content',
  },
  {
    tool: 'broadcast_message',
    says: 'Broadcast a message to all users',
    with: { message: text },
    is: 'Write High bulk communicates_externally',
  },
  {
    tool: 'update_settings',
    says: 'Update the settings of a project',
    with: { settings: { type: 'object' } },
    is: 'Write Medium',
  },
  {
    tool: 'write_file',
    says: 'Create a new file or completely overwrite an existing file',
    with: { path: text, content: text },
    is: 'Write Critical destructive',
  },
  {
    tool: 'copy_file',
    says: 'Copy a file',
    with: { source: text, destination: text, overwrite: { type: 'boolean' } },
    is: 'Write High destructive_option',
  },
  {
    tool: 'create_container',
    says: 'Create a container from an image',
    with: { image: text },
    is: 'Execute High',
  },
  { tool: 'install_app', says: 'Install an app', with: { id: text }, is: 'Execute High' },
  { tool: 'push_schema', says: 'Push the local schema to the server', is: 'Execute High' },
  {
    tool: 'create_payment_link',
    says: 'Create a payment link for a product',
    with: { price: text },
    is: 'Write Critical financial',
  },
  {
    tool: 'approve_timesheet',
    says: 'Approve a timesheet',
    with: { id: text },
    is: 'Write Medium',
  },
  {
    tool: 'query_metrics',
    says: 'Execute a PromQL query',
    with: { query: text },
    is: 'Read Medium raw_query',
  },
  {
    tool: 'generate_password',
    says: 'Generate a strong password',
    with: { length: { type: 'number' } },
    is: 'Read Low',
  },
  {
    tool: 'create_api_key',
    says: 'Create an API key',
    with: { name: text },
    is: 'Write High credential_access',
  },
];

const generalised: Case[] = [
  {
    tool: 'pages-restore',
    says: 'Restore a page from the trash',
    with: { id: text },
    is: 'Write Medium',
  },
  {
    tool: 'delete_records',
    says: 'Delete records from a table',
    with: { recordIds: list },
    is: 'Write Critical bulk destructive',
  },
  {
    tool: 'delete_item',
    says: 'Move an item to the trash',
    with: { id: text },
    is: 'Write Medium',
  },
  {
    tool: 'remove_label',
    says: 'Remove a label from an issue',
    with: { id: text, label: text },
    is: 'Write Medium',
  },
  {
    tool: 'grant_role',
    says: 'Grant a role to a user',
    with: { user: text, role: text },
    is: 'Write High credential_access',
  },
  {
    tool: 'transfer_funds',
    says: 'Transfer funds between accounts',
    with: { amount: { type: 'number' } },
    is: 'Write Critical financial',
  },
  {
    tool: 'list_issues',
    says: 'List issues of a repository',
    server: 'code-host',
    is: 'Read Low untrusted_content',
  },
  { tool: 'turn_on_light', says: 'Turn on a light', with: { id: text }, is: 'Write Medium' },
  { tool: 'account_balance', is: 'Read Low' },
  { tool: 'ListBuckets', says: 'ListBuckets', is: 'Read Low' },
  { tool: '创建任务', says: '创建一个新任务', is: 'Write Medium' },
  { tool: 'buscar', says: 'Buscar clientes por nombre', is: 'Read Low' },
];

const named = ({ tool }: Case) => tool;
for (const [group, cases] of Object.entries({ edgeCases, clarifications, generalised })) {
  describe(group, () => {
    test.for(cases.map((item) => [named(item), item] as const))('%s', ([, item]) => {
      expect(summary(item)).toBe(item.is);
    });
  });
}

describe('annotations', () => {
  const remove: Case = {
    tool: 'delete_file',
    says: 'Delete a file',
    hints: { readOnlyHint: true, destructiveHint: false },
    is: '',
  };
  test('a hint never talks a removal down', () => {
    const judged = classify({ tool: definition(remove) });
    expect(judged).toMatchObject({
      category: 'Write',
      risk: 'Critical',
      review: ['annotation-conflict'],
    });
  });
  test('a stated destructive hint without a removal is only sent to review', () => {
    const judged = classify({
      tool: definition({
        tool: 'rename_file',
        says: 'Rename a file',
        hints: { destructiveHint: true },
        is: '',
      }),
    });
    expect(judged).toMatchObject({ traits: [], review: ['destructive-claim'] });
  });
  test('an absent hint says nothing', () => {
    expect(
      classify({ tool: definition({ tool: 'get_file', says: 'Get the size of a file', is: '' }) })
        .review,
    ).toEqual([]);
  });
});

test('where nothing says what a call does, it is a write of low confidence, for review', () => {
  expect(classify({ tool: { name: 'xyzzy' } })).toMatchObject({
    category: 'Write',
    confidence: 'low',
    review: ['no-signal'],
  });
});

test('name and description that agree give high confidence', () => {
  expect(classify({ tool: { name: 'create_note', description: 'Create a note' } }).confidence).toBe(
    'high',
  );
});

test('a name that acts and a description that only looks: the stronger stands, for review', () => {
  const judged = classify({
    tool: { name: 'delete_account', description: 'Get the details of an account' },
  });
  expect(judged).toMatchObject({
    category: 'Write',
    confidence: 'low',
    review: ['name-description-conflict'],
  });
  expect(judged.traits).toContain('destructive');
});
