import { assess, type JsonObject, type ToolDefinition } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const cases: {
  name: string;
  description?: string;
  properties?: JsonObject;
  annotations?: object;
  expected: [string, string, string[]];
}[] = [
  {
    name: 'delete_branch',
    description: 'Remove an existing branch',
    expected: ['Write', 'Critical', ['destructive']],
  },
  {
    name: 'create_refund',
    description: 'Create a refund',
    expected: ['Write', 'Critical', ['financial']],
  },
  {
    name: 'execute_sql',
    description: 'Executes raw SQL in the database',
    properties: { query: { type: 'string' } },
    expected: ['Execute', 'High', ['raw_query']],
  },
  {
    name: 'list_invoices',
    description: 'List invoices',
    expected: ['Read', 'Medium', ['private_data']],
  },
];

test.for(cases)('$name is $expected', ({ name, description, properties, expected }) => {
  const tool: ToolDefinition = {
    name,
    description: description ?? '',
    inputSchema: { type: 'object', properties: properties ?? {} },
  };
  const judged = classify({ tool });
  expect([judged.category, judged.risk, judged.traits]).toEqual(expected);
  expect(judged).toMatchObject(assess(judged.category, judged.traits));
});
