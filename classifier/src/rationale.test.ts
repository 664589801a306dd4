import { expect, test } from 'vitest';
import { classify } from './classify.ts';

function rationale(name: string, description: string): string {
  return classify({ tool: { name, description, inputSchema: { type: 'object' } } }).rationale;
}

test('links and marks of Markdown are read as their text, so that no object ends in a preposition', () => {
  expect(
    rationale(
      'createSpec',
      "Creates an API specification in Vendor's [Spec Hub](https://docs.example.com/design/specs/overview/).",
    ),
  ).toContain('creates an API specification in Vendor’s Spec Hub.'.replace('’', "'"));
  expect(
    rationale('createSpace', 'Creates a new [workspace](https://docs.example.com/a).'),
  ).toContain('creates a new workspace.');
});

test('a list of adjectives or versions is repeated up to its noun', () => {
  expect(rationale('read_posts', 'Read exact, earliest, or latest posts of a topic.')).toContain(
    'reads exact, earliest, or latest posts of a topic.',
  );
});

test('an object that would end in an adjective is not repeated as one', () => {
  expect(rationale('runThing', 'Execute an available thing discovered through x_y.')).not.toMatch(
    /thing discovered\./,
  );
  expect(rationale('addThing', 'Creates a new.')).not.toContain('a new.');
  expect(rationale('addThing', 'Creates a thing in.')).not.toContain('in.');
});

test('a pronoun is no object to repeat without what it stands for', () => {
  expect(rationale('get_prompts', 'Retrieve a prompt by ID and execute it.')).toContain(
    'retrieves a prompt by ID and executes it.',
  );
});

test('a wrong article of the description is put right', () => {
  expect(rationale('area_chart', 'Generate a area chart')).toContain('an area chart');
  expect(rationale('attach_share', 'Attach a NFS file share to a VPC')).toContain(
    'an NFS file share to a VPC',
  );
  expect(rationale('get_user', 'Gets a user by an unique id')).toContain('a user by a unique id');
});

test('what stands in quotation marks stands so in the definition', () => {
  for (const [name, description] of [
    ['geo_lookup_x', '根据经纬度获取地址信息'],
    ['askVendorAI', 'Something for the curious.'],
    ['runAppLiveSession', 'For people who would like to see it.'],
    ['planPrepareSelfHealing', 'For people who would like to see it.'],
  ] as const) {
    const text = rationale(name, description);
    const quotes = [...text.matchAll(/“([^”]*)”/g)].map((match) => match[1] ?? '');
    expect(quotes.length).toBeGreaterThan(0);
    for (const quote of quotes) expect(`${name} ${description}`).toContain(quote);
  }
});

test('a denied clause is never quoted as what a call does', () => {
  const text = rationale(
    'run_browser',
    'This tool does NOT drive the browser. It points you at the tools that do.',
  );
  expect(text).not.toMatch(/does NOT/);
  expect(text).toContain('denies');
});

test('an article before a plural is left out', () => {
  expect(rationale('add_labels', 'Create a new personal labels in the list')).toContain(
    'creates new personal labels in the list.',
  );
  expect(rationale('add_labels', 'Create a list of labels')).toContain('a list of labels.');
  expect(rationale('export', 'Export a query or aggregation results in a format.')).toContain(
    'exports query or aggregation results in a format.',
  );
});

test('two verbs with one object are both told', () => {
  expect(rationale('setDots', 'Add or remove dots on paragraphs in a text.')).toContain(
    'adds or removes dots on paragraphs in a text.',
  );
});

test('a program that may be left out is not told as what every call runs', () => {
  const tool = (required: string[]) => ({
    name: 'launch_page',
    description: 'Launch a page in the testing browser.',
    inputSchema: {
      type: 'object',
      properties: {
        url: { type: 'string' },
        script: { type: 'string', description: 'JavaScript code to run on the page' },
      },
      required,
    },
  });
  expect(classify({ tool: tool([]) }).rationale).toMatch(
    /launches a page in the testing browser; what the caller passes as “script” is run\./,
  );
  expect(classify({ tool: tool(['script']) }).rationale).toMatch(/^Each call runs what/);
});

test('asking for a cancellation is not told as a start', () => {
  expect(rationale('job_cancel', 'Request cancellation of a baking job.')).toContain('steers');
});

test('what is done again is told so', () => {
  expect(rationale('x_guest', 'Re-invite a guest')).toContain('re-invites a guest.');
  expect(rationale('reactivate_lamp', 'For lamps.')).toMatch(/reactivates “lamp”/);
});

test('an act that is one of several is not told as what every call does', () => {
  const says = 'Manage shelves: list all shelves, create a new shelf, delete a shelf.';
  expect(rationale('shelf', says)).toMatch(
    /^Among the acts .* decides: one call deletes a shelf\./,
  );
});

test('a noun after “of” is no object of a verb, and nothing is told as an order without articles', () => {
  expect(rationale('scan_boat', 'Deep safety scan of a boat.')).not.toContain('scans of');
  expect(rationale('set_tile', 'Update existing wall tile by tileId')).not.toContain(
    'updates existing',
  );
  expect(rationale('set_tiles', 'Create new wall tiles')).toContain('creates new wall tiles.');
  expect(rationale('cycle', 'Power cycle the engine')).toContain('power-cycles the engine.');
});

test('a shutdown is not told as a start', () => {
  expect(rationale('engine_off', 'Shutdown an engine')).toContain('steers');
});

test('of the values of an argument, the one that goes out tells the most', () => {
  const tool = {
    name: 'apply_drum',
    description:
      'Apply a drum to a mail. Use action "preview" to see it, "draft" to save as draft, or "send" to send it.',
    inputSchema: {
      type: 'object',
      properties: { action: { type: 'string', enum: ['preview', 'draft', 'send'] } },
    },
  };
  expect(classify({ tool }).rationale).toContain('“send” decides, for none is stronger.');
  const two = structuredClone(tool);
  two.inputSchema.properties.action.enum = ['draft', 'send'];
  expect(classify({ tool: two }).rationale).toContain('chooses between “draft” and “send”');
});
