import { readFileSync } from 'node:fs';
import type { JsonValue, ToolDefinition } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { classify } from '../src/index.ts';

// One line a sketch: server | tool | description | arguments | category (alternatives by a slash) and notes on traits.
// Definitions of common kinds of servers, written by one person from general knowledge: a net under the rules'
// reach beyond the labelled servers, and no measure of accuracy.
const sketches = readFileSync(new URL('sketches.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const parts = line.split('|');
    const [server = '', name = '', ...rest] = parts;
    const [expected = '', args = ''] = [rest.pop(), rest.pop()];
    return { server, name, description: rest.join('|'), args, expected };
  });

const TYPES: Record<string, JsonValue> = {
  a: { type: 'array', items: { type: 'string' } },
  o: { type: 'object' },
  b: { type: 'boolean' },
};
const CATEGORIES: Record<string, string> = { R: 'Read', W: 'Write', E: 'Execute' };

function propertiesOf(args: string): Record<string, JsonValue> {
  const properties: Record<string, JsonValue> = {};
  for (const part of args.split(',').filter(Boolean)) {
    const [field = '', values] = part.split('=');
    const [name = '', type = ''] = field.split(':');
    properties[name] =
      values === undefined
        ? (TYPES[type] ?? { type: 'string' })
        : { type: 'string', enum: values.split('/') };
  }
  return properties;
}

test('sketches of tools the labels do not hold are put in the right category', () => {
  const wrong = sketches.filter(({ server, name, description, args, expected }) => {
    const properties = propertiesOf(args);
    const tool: ToolDefinition = {
      name,
      description,
      inputSchema: { type: 'object', properties, required: Object.keys(properties) },
    };
    const allowed = (expected.split(' ')[0] ?? '').split('/').map((letter) => CATEGORIES[letter]);
    return !allowed.includes(classify({ server: { name: server }, tool }).category);
  });
  expect(sketches.length).toBeGreaterThan(350);
  expect(wrong.length / sketches.length).toBeLessThanOrEqual(0.02);
});
