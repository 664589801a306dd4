import { expect, test } from 'vitest';
import { locateEvidence } from './evidence.ts';

const definition = {
  name: 'run_sql',
  description: `${'word '.repeat(60)}Executes raw SQL in the database.${' more'.repeat(60)}`,
  inputSchema: { properties: { sql: { type: 'string' } } },
  annotations: { destructiveHint: true },
};
const server = { name: 'db-server', description: 'Talks to a database.' };
const locate = (pointer: string, quote: string) =>
  locateEvidence(definition, server, [{ for: 'category', pointer, quote }]);

test('a quote comes with the words around it, cut at whole words', () => {
  const { quotes, marks } = locate('/description', 'raw SQL');
  const quote = quotes.get('category')?.[0];
  expect(quote).toMatchObject({ quote: 'raw SQL', place: 'description', isInDefinition: true });
  expect(quote?.before).toMatch(/^…(word )+Executes $/);
  expect(quote?.after).toMatch(/^ in the database\.( more)+…$/);
  expect(marks).toMatchObject([{ number: 1, pointer: '/description', in: 'value' }]);
});

test('a key is found by its own pointer and by that of its object', () => {
  for (const pointer of ['/inputSchema/properties/sql', '/inputSchema/properties'])
    expect(locate(pointer, 'sql').marks).toEqual([
      { number: 1, pointer: '/inputSchema/properties/sql', in: 'key', start: 0, end: 3 },
    ]);
});

test('a scalar is quoted by its JSON text', () => {
  expect(locate('/annotations/destructiveHint', 'true').marks).toHaveLength(1);
});

test('the server’s words are quoted and not marked in the definition', () => {
  const { quotes, marks } = locate('/server/description', 'database');
  expect(quotes.get('category')?.[0]).toMatchObject({
    place: 'the server’s description',
    isInDefinition: false,
  });
  expect(marks).toEqual([]);
});

test('a quote that is not there is left out', () => {
  for (const [pointer, quote] of [
    ['/description', 'drops tables'],
    ['/constructor', 'x'],
    ['/__proto__/toString', 'toString'],
    ['not a pointer', 'run'],
  ] as const)
    expect(locate(pointer, quote)).toEqual({ quotes: new Map(), marks: [] });
});
