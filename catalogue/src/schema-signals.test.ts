import { expect, test } from 'vitest';
import type { JsonObject } from './json.ts';
import { schemaSignals, signalsOf } from './schema-signals.ts';

const text = { type: 'string' };
function ids(
  name: string,
  description: string,
  properties: JsonObject = {},
  more: JsonObject = {},
) {
  return signalsOf({ name, description, inputSchema: { type: 'object', properties }, ...more }).map(
    ({ id }) => id,
  );
}

test('a tool that only reports a status has no signal', () => {
  expect(
    ids('get_status', 'Return whether the service is up.', { verbose: { type: 'boolean' } }),
  ).toEqual([]);
});

test('a path counts where it lies on a disk, and not in a repository or an interface', () => {
  expect(ids('read_file', 'Read a file.', { path: text })).toContain('reads-files');
  expect(ids('get_file', 'Get a file.', { path: text, owner: text, repo: text })).not.toContain(
    'takes-path',
  );
  const attached = { type: 'string', description: 'Path to the file to attach' };
  expect(
    ids('attach', 'Attach a file to an item.', { filePath: attached, itemId: text }),
  ).toContain('takes-path');
  const route = { type: 'string', description: 'Path of the API endpoint' };
  expect(ids('call', 'Send a request and save the file.', { path: route })).not.toContain(
    'takes-path',
  );
  expect(ids('copy_file', 'Copy a file.', { source: text, destination: text })).toContain(
    'takes-path',
  );
});

test('a file name alone is a place only where a disk is spoken of', () => {
  expect(ids('create_file', 'Create an upload.', { fileName: text })).not.toContain('takes-path');
  expect(ids('save_file', 'Save it on disk.', { fileName: text })).toContain('takes-path');
  const saveTo = { type: 'string', description: 'Optional file path to save the picture to' };
  expect(ids('capture', 'Capture the screen.', { saveTo })).toContain('takes-path');
});

test('a listing returns names and not what files hold', () => {
  const found = ids('list_directory', 'List files and directories.', { path: text });
  expect(found).toContain('lists-files');
  expect(found).not.toContain('reads-files');
});

test('writing a file is a signal, sending one is not', () => {
  expect(ids('write_file', 'Write a file.', { path: text })).toContain('writes-files');
  expect(ids('create_file_send', 'Share a file.', { filePath: text })).not.toContain(
    'writes-files',
  );
});

test('a URL counts where it is a place to go to', () => {
  expect(ids('fetch', 'Fetch a page.', { url: text })).toContain('takes-url');
  expect(ids('fetch', 'Fetch a page.', { target: { type: 'string', format: 'uri' } })).toContain(
    'takes-url',
  );
  expect(ids('get_tweet', 'Get a tweet.', { id_or_url: text })).not.toContain('takes-url');
  expect(ids('rerun', 'Run again.', { workflowURL: text })).not.toContain('takes-url');
});

test('an address that is fetched is told from one that names or is kept', () => {
  const goes = (name: string, description: string) =>
    ids(name, 'Do it.', { url: { type: 'string', description } }).includes('goes-to-url');
  expect(goes('create_image', 'URL to import the image from')).toBe(true);
  expect(goes('configure_alerts', 'Webhook for external notifications')).toBe(true);
  expect(goes('format_text', 'URL for the hyperlink')).toBe(false);
  expect(goes('run_pipeline', 'The URL of the remote git repository that you cloned')).toBe(false);
  expect(goes('create_product', 'Image for this product')).toBe(false);
});

test('beside a repository, a path is on a disk where its own words say so', () => {
  const takesPath = (description: string) =>
    ids('upload_image', 'Upload an image.', {
      namespace: text,
      source_path: { type: 'string', description },
    }).includes('takes-path');
  expect(takesPath('Absolute path to the local file')).toBe(true);
  expect(takesPath('Path of the file in the repository')).toBe(false);
});

test('a tool named after a git command runs git, and a word about a remote does not', () => {
  expect(ids('git_clean', 'Remove untracked files.')).toContain('wraps-program');
  expect(ids('get_status', 'Takes the git remote URL.')).not.toContain('wraps-program');
});

test('a step that names a tool is a tool’s name, and a plain name is none', () => {
  const calls = (description: string) =>
    ids('run_batch', 'Run several.', {
      steps: {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string', description } } },
      },
    }).includes('takes-tool-name');
  expect(calls('Tool name, as listed')).toBe(true);
  expect(calls('Name of the step')).toBe(false);
});

test('an argument with a closed choice of values carries no free text', () => {
  expect(
    ids('run', 'Run it.', { command: { type: 'string', enum: ['start', 'stop'] } }),
  ).not.toContain('takes-command');
  expect(ids('run', 'Run it.', { command: text })).toContain('takes-command');
});

test('the last word of an argument says what it is', () => {
  expect(ids('send', 'Send it.', { messageBody: text })).toContain('takes-message');
  expect(ids('find', 'Find it.', { textToFind: text })).not.toContain('takes-message');
});

test('arguments inside an object or a list of objects are seen, one level deep', () => {
  const to = { recipient: text };
  expect(ids('send', 'Send.', { mail: { type: 'object', properties: to } })).toContain(
    'takes-recipient',
  );
  expect(
    ids('send', 'Send.', { mails: { type: 'array', items: { type: 'object', properties: to } } }),
  ).toContain('takes-recipient');
});

test('arguments of each shape that an item may have are seen', () => {
  const shape = (name: string) => ({ type: 'object', properties: { [name]: text } });
  const queries = { type: 'array', items: { anyOf: [shape('word'), shape('path')] } };
  expect(ids('search', 'Search text in files.', { queries })).toContain('takes-path');
});

test('an address that content is uploaded to is gone to', () => {
  const uploadUrl = { type: 'string', description: 'Upload URL as given before' };
  expect(ids('upload_content', 'Upload it.', { uploadUrl })).toContain('goes-to-url');
});

test('what asks for the context or a secret is found by the whole name', () => {
  expect(ids('add', 'Add.', { conversationHistory: text })).toContain('takes-context');
  expect(ids('add', 'Add.', { history: text })).not.toContain('takes-context');
  expect(ids('sign', 'Sign.', { wallet_private_key: text })).toContain('takes-secret');
  expect(ids('list', 'List.', { key: text })).not.toContain('takes-secret');
});

test('a secret is issued where the caller does not give its value', () => {
  expect(ids('create_secret', 'Create a secret.', { secretValue: text })).not.toContain(
    'issues-secret',
  );
  expect(ids('create_api_key', 'Create an API key.', { name: text })).toContain('issues-secret');
});

test('pushing code is a signal, pushing a notification is not', () => {
  expect(ids('push_files', 'Push files to a branch.')).toContain('changes-code');
  expect(ids('git_commit', 'Commit what is staged.')).toContain('changes-code');
  for (const name of ['send_web_push', 'merge_cells', 'get_commit', 'create_merge_request_note'])
    expect(ids(name, 'Some act.'), name).not.toContain('changes-code');
});

test('needing a variable is not reading the environment', () => {
  expect(ids('search', 'Search. Requires the API_KEY environment variable.')).not.toContain(
    'reads-environment',
  );
  expect(ids('get_env', 'Returns all environment variables.')).toContain('reads-environment');
  expect(ids('get_info', 'Get the setup, including paths and environment variables.')).toContain(
    'reads-environment',
  );
});

test('an interface is found by the keys of _meta', () => {
  const meta = { _meta: { 'ui/resourceUri': 'ui://x' } };
  expect(ids('show', 'Show it.', {}, meta)).toContain('shows-interface');
});

test('hostile names and types are read without a fault', () => {
  const properties = JSON.parse('{"__proto__": {"type": "string"}, "constructor": 1, "url": true}');
  expect(() => ids('constructor', 'x'.repeat(100_000), properties)).not.toThrow();
  expect(signalsOf({ name: 'x', inputSchema: 'no object', _meta: [1] })).toEqual([]);
});

test('a script for a page is told from a program for the machine', () => {
  const script = { script: text };
  expect(ids('evaluate', 'Execute JavaScript in the browser console.', script)).toContain(
    'runs-in-page',
  );
  expect(ids('run_code', 'Run a JavaScript or Python snippet.', { code: text })).not.toContain(
    'runs-in-page',
  );
});

test('deleting files on a disk is told from deleting what merely has a path', () => {
  expect(ids('delete_file', 'Delete a file.', { path: text })).toContain('deletes-files');
  expect(ids('delete_mailbox', 'Delete a mailbox.', { path: text })).not.toContain('deletes-files');
});

test.for([
  ['a tag', 'Get it.\u{E0049}\u{E0067}', 'U+E0049'],
  ['a zero-width space', 'Get\u200B it.', 'U+200B'],
  ['a direction override', 'Get \u202Eit.', 'U+202E'],
  ['a Hangul filler', 'Get \u3164 it.', 'U+3164'],
  ['a variation selector after a letter', 'Get\u{E0101} it.', 'U+E0101'],
  ['a joiner after a Latin letter', 'Get\u200Dit.', 'U+200D'],
  ['a second variation selector after an emoji', 'Go \u{1F600}\uFE0F\u{E0120}.', 'U+E0120'],
  ['a byte order mark', '\uFEFFGet it.', 'U+FEFF'],
] as const)('%s hides in a definition', ([, description, shownBy]) => {
  expect(signalsOf({ name: 'x', description })).toContainEqual({
    id: 'hidden-characters',
    shownBy,
  });
});

test('characters hide in any text of a definition, however deep or late', () => {
  const deep = { a: { type: 'string', enum: ['x', 'y\u{E0041}'] } };
  expect(ids('x', 'Get it.', deep)).toContain('hidden-characters');
  expect(ids('x', 'Get it.', { 'a\u200B': text })).toContain('hidden-characters');
  expect(ids('x', `${'a'.repeat(50_000)}\u2063`)).toContain('hidden-characters');
});

test('what scripts and emoji need does not hide', () => {
  for (const description of [
    '\u26A0\uFE0F Careful, 1\uFE0F\u20E3 first \u2714\uFE0F',
    '\u{1F469}\u200D\u{1F4BB} \u{1F3F3}\uFE0F\u200D\u{1F308} \u{1F469}\u{1F3FD}\u200D\u{1F680}',
    '\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
    '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 \u200F(x)',
    '\u0915\u094D\u200D\u0937',
    'caf\u00E9 \u2014 \u4F60\u597D',
  ])
    expect(ids('x', description), description).not.toContain('hidden-characters');
});

test('starting work is told without a word about its cost', () => {
  const started = schemaSignals.find(({ id }) => id === 'starts-work');
  expect(ids('run_job', 'Runs a job.')).toContain('starts-work');
  expect([started?.does, started?.can].join()).not.toMatch(/cost/);
});

test('the command of a router names a tool and runs no program', () => {
  const routed = (description: string) =>
    ids('storage', 'Storage operations.', { command: { type: 'string', description } });
  const found = routed('The command to execute against the specified tool.');
  expect(found).toContain('takes-tool-name');
  expect(found).not.toContain('takes-command');
  expect(routed('The command to execute in the shell.')).not.toContain('takes-tool-name');
});

test('the name of a branch may be read as an option, the reference of a project may not', () => {
  expect(ids('git_branch', 'Make a branch.', { newBranchName: text })).toContain('takes-option');
  expect(ids('git_branch', 'Make a branch.', { startPoint: text })).toContain('takes-option');
  const commits = { type: 'array', items: text };
  expect(ids('git_pick', 'Pick commits.', { commits })).toContain('takes-option');
  expect(ids('list_runs', 'List runs.', { projectRef: text })).not.toContain('takes-option');
});

test('uploading a file of the disk is told from getting one and from pushing commits', () => {
  const uploads = (name: string, description: string) =>
    ids(name, description, { filePath: text }).includes('uploads-files');
  expect(uploads('upload_file', 'Upload a file to the form.')).toBe(true);
  expect(uploads('insert_picture', 'Upload a local image file and insert it.')).toBe(true);
  expect(uploads('get_file', 'Get a file so that you can upload the file later.')).toBe(false);
  expect(uploads('git_push', 'Uploads local commits from the folder.')).toBe(false);
});

test('reading lines from a file is reading the file', () => {
  const path = { path: text };
  expect(ids('extract_lines', 'Extracts lines from a file.', path)).toContain('reads-files');
  expect(ids('extract_archive', 'Extracts an archive file.', path)).not.toContain('reads-files');
});

test('a script that a page runs as it opens stays in the page', () => {
  const initScript = { type: 'string', description: 'JavaScript to run on each new document' };
  expect(ids('navigate', 'Go to a URL.', { initScript })).toContain('runs-in-page');
});

test('people who are invited are recipients, also where each is an object', () => {
  const attendees = { type: 'array', items: { type: 'object', properties: { email: text } } };
  expect(ids('create_event', 'Create an event.', { attendees })).toContain('takes-recipient');
});

test('what else could be run instead wraps no program', () => {
  const says = 'Makes a secret. Prefer the CLI: run `npx acme secrets` on the command line.';
  expect(ids('make_secret', says, { branch: text })).not.toContain('wraps-program');
  expect(ids('git_log', 'Show the log.', { branch: text })).toContain('wraps-program');
});

test('an address of a picture, and advice against screenshots, return no picture', () => {
  expect(ids('get_profile', 'Get a profile with its picture URL.')).not.toContain('returns-media');
  expect(ids('get_text', 'Get a text. Prefer this over screenshots.')).not.toContain(
    'returns-media',
  );
  expect(ids('take_screenshot', 'Take a screenshot of the page.')).toContain('returns-media');
});

test('a secret whose value the caller gives is not issued, nor one that is reset unseen', () => {
  expect(ids('create_key', 'Create an SSH key.', { PublicKey: text })).not.toContain(
    'issues-secret',
  );
  expect(ids('create_credential', 'Create a credential.', { Password: text })).not.toContain(
    'issues-secret',
  );
  expect(ids('reset_password', 'Reset the password of a machine.')).not.toContain('issues-secret');
  expect(ids('reset_token', 'Reset the token and return it.')).toContain('issues-secret');
  expect(ids('create_key', 'Create an API key.', { name: text })).toContain('issues-secret');
});

test('the caller’s own profile is told from a list of people', () => {
  expect(ids('whoami', 'Shows the current user.')).toContain('returns-self');
  expect(ids('get_me_account', 'Gets account information for the current user.')).toContain(
    'returns-self',
  );
  expect(ids('list_users', 'List users of your account.')).not.toContain('returns-self');
  expect(
    ids('get_my_mentions', 'Find messages where the current user was mentioned.'),
  ).not.toContain('returns-self');
});

test('the shape of a store, and what a search is said not to be, are no search of a store', () => {
  expect(ids('get_query_schema', 'Get the columns of memory metrics.')).not.toContain(
    'searches-store',
  );
  expect(ids('search_posts', 'Search posts. This is not semantic search.')).not.toContain(
    'searches-store',
  );
  expect(ids('search_memory', 'Search the memory of past talks.')).toContain('searches-store');
});

test('an edit of a file by its path writes a file; a path beside a manifest does not', () => {
  const path = { type: 'string', description: 'Path of the file' };
  expect(ids('edit_block', 'Replaces exact matches', { path, new_text: text })).toContain(
    'writes-files',
  );
  expect(
    ids('create_thing', 'Create a thing from a file.', {
      filename: path,
      manifest: text,
      fileContent: text,
    }),
  ).not.toContain('writes-files');
});

test('a table named inside an object is a setting', () => {
  const config = { type: 'object', properties: { tmp_table: text } };
  expect(ids('update_config', 'Update the MySQL config.', { config })).not.toContain('takes-table');
  expect(ids('read_rows', 'Read rows.', { table: text })).toContain('takes-table');
});

test('handing a thing over is a transfer of it, not a registration', () => {
  expect(ids('transfer_app', 'Transfers an app to another owner.', { recipient: text })).toContain(
    'hands-over',
  );
  expect(ids('register', 'Register the owner of an app.', { email: text })).not.toContain(
    'hands-over',
  );
});

test('keys sent to a field start no work', () => {
  expect(ids('send_keys', 'Sends keys to an element.')).not.toContain('starts-work');
});

test('a pattern of file names is no path', () => {
  expect(ids('find_files', 'Find files in a folder.', { filePattern: text })).not.toContain(
    'takes-path',
  );
});
