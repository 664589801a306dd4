import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { namesIndex } from './names-index.ts';
import { type NamesIndex, readNames, searchNames } from './names-search.ts';
import { editsWithin } from './near-words.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');
let index: NamesIndex;
let urls: string[];
beforeAll(async () => {
  const { catalogue } = await readCatalogue(FIXTURES);
  index = readNames(namesIndex(catalogue));
  urls = catalogue.tools.map(({ url }) => url);
});

const ANY = { level: [], category: [], server: '' };
const search = (text: string, filters = {}) => searchNames(index, { ...ANY, text, ...filters }, 10);
const names = (text: string, filters = {}) => search(text, filters).hits.map(({ name }) => name);

test('every tool keeps its address, level and category on the way through the index', () => {
  const tools = index.items.filter(({ kind }) => kind === 'tool');
  expect(tools.map(({ url }) => url).sort()).toEqual(urls.toSorted());
  const [hit] = search('send campaign').hits;
  expect(hit).toEqual({
    kind: 'tool',
    name: 'send_campaign',
    url: '/servers/npm__fixture__campaigns/tools/send_campaign',
    level: 'High',
    category: 'Execute',
    server: '@fixture/campaigns',
  });
});

test.for([
  ['deleteLabel', 'delete_label'],
  ['send-campaign', 'send_campaign'],
  ['label.delete', 'delete_label'],
  ['campaigns send', 'send_campaign'],
  ['dcampai', 'send_campaign'],
  ['delte label', 'delete_label'],
  ['cmapaign send', 'send_campaign'],
] as const)('%s finds %s first', ([typed, name]) => {
  expect(names(typed)[0]).toBe(name);
});

test('what is near is said to be near, and only where nothing has the words as typed', () => {
  expect(search('delte label').near).toEqual(['delete', 'label']);
  expect(search('delete label').near).toEqual([]);
  expect(search('xyzzyplugh')).toMatchObject({ total: 0, hits: [], near: [] });
});

test('a facet counts what there would be with each of its values', () => {
  const all = search('label');
  const read = search('label', { category: ['Read'] });
  expect(read.total).toBe(all.categories[1]);
  expect(read.categories).toEqual(all.categories);
  expect(read.hits.every(({ category }) => category === 'Read')).toBe(true);
  expect(search('', { level: [''] }).hits.every(({ level }) => level === '')).toBe(true);
  expect(search('', { level: [''] }).total).toBe(4);
  expect(search('label', { server: 'npm__fixture__shell' }).total).toBe(0);
});

test('a name cannot pass for a line of the index', () => {
  const hostile = readNames('>npm__a\tA\n >npm__b\ta\tx\n!attack\tTitle\n');
  expect(hostile.items.map(({ kind, name }) => [kind, name])).toEqual([
    ['server', 'A'],
    ['tool', '>npm__b'],
    ['attack', 'Title'],
  ]);
});

test('edits count a swap once and stop where there are too many', () => {
  expect(editsWithin('campaign', 'cmapaign', 2)).toBe(1);
  expect(editsWithin('label', 'labels', 1)).toBe(1);
  expect(editsWithin('label', 'table', 1)).toBe(2);
});
