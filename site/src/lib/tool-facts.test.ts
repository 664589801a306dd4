import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decidePolicies } from '../decide-policies.ts';
import { readCatalogue, type WholeCatalogue } from '../testing/read-catalogue.ts';
import { changedValues, textDiff } from './definition-changes.ts';
import { type PolicyPanel, toolPolicies } from './policy-panels.ts';
import { type CountTokens, openTokenCounter } from './token-count.ts';
import { toolQuestions } from './tool-questions.ts';
import { toolView } from './tool-view.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');
let whole: WholeCatalogue;
let countTokens: CountTokens;
beforeAll(async () => {
  whole = await readCatalogue(FIXTURES);
  countTokens = await openTokenCounter();
});

function refOf(server: string, name: string) {
  const ref = whole.refs.find(
    ({ entry, tool }) => entry.record.id === server && tool.definition.name === name,
  );
  if (ref === undefined) throw new Error(`no fixture ${server} ${name}`);
  return ref;
}
const view = (server: string, name: string) =>
  toolView({ ...whole.catalogue, countTokens }, refOf(server, name), []);

test('a definition’s tokens are counted, and words made to stop or stall a counter are text', () => {
  expect(countTokens('Sends a campaign.')).toBe(5);
  expect(countTokens('a <|endoftext|> b')).toBeGreaterThan(3);
  // Uncut, this would take minutes.
  expect(countTokens('a'.repeat(300_000))).toBeGreaterThan(10_000);
  expect(view('npm:@fixture/campaigns', 'send_campaign').tokens.share).toMatch(/^0\.\d\d %$/);
});

test('questions are those that this tool’s facts answer', () => {
  const asked = (server: string, name: string) =>
    toolQuestions(view(server, name)).map(({ question }) => question);
  expect(asked('npm:@fixture/campaigns', 'send_campaign')).toContain('Can data leave through it?');
  expect(asked('npm:@fixture/campaigns', 'get_campaigns')).not.toContain(
    'Can data leave through it?',
  );
  expect(asked('npm:@fixture/unclassified-tool', 'sync_everything')).toEqual([]);
  const [first] = toolQuestions(view('npm:@fixture/notes', 'delete_note'));
  expect(first?.answer).toContain('removes or overwrites');
});

test('a changed definition is shown word by word and value by value', () => {
  expect(textDiff('Adds a note.', 'Adds a note and mails it.')).toContainEqual({
    text: ' and mails it',
    kind: 'new',
  });
  const old = { description: 'a', inputSchema: { properties: { to: { type: 'string' } } } };
  const now = { description: 'b', inputSchema: { properties: { to: { type: 'array' } } } };
  expect(changedValues(old, now)).toEqual([
    { place: 'inputSchema › properties › to › type', before: '"string"', after: '"array"' },
  ]);
});

test('a policy that would let another tool pass is a fault of ours', async () => {
  const { entry, tool } = refOf('npm:@fixture/campaigns', 'send_campaign');
  const panels = toolPolicies(entry, tool);
  expect(await decidePolicies(panels, 'npm:@fixture/campaigns')).toEqual([]);
  const open = { ...panels[0], text: '{"version":"1","default":"allow"}' } as PolicyPanel;
  expect(await decidePolicies([open], 'npm:a')).toEqual([
    'policy recommended: a tool it does not name gets allow',
  ]);
});
