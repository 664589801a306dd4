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
  expect(rationale('addThing', 'Creates a new.')).not.toContain('a new.');
  expect(rationale('addThing', 'Creates a thing in.')).not.toContain('in.');
});

test('a pronoun is no object to repeat', () => {
  expect(rationale('get_prompts', 'Retrieve a prompt by ID and execute it.')).not.toContain(
    'executes it',
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
