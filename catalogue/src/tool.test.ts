import { expect, test } from 'vitest';
import { parametersOf, readTool, type ToolDefinition, toolDigest } from './tool.ts';

const tool: ToolDefinition = {
  name: 'send',
  title: 'Send',
  description: 'Sends a note.',
  inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
  outputSchema: { type: 'object' },
  annotations: { readOnlyHint: false },
  icons: [{ src: 'https://example.com/a.png' }],
  _meta: { a: 1 },
};

test.for(Object.keys(tool))('the digest moves when %s changes by one byte', (field) => {
  const changed = structuredClone(tool);
  const text = JSON.stringify(changed[field]);
  changed[field] = JSON.parse(
    text.replace(/[a-z1]/, (character) =>
      character === 'x' ? 'y' : character === '1' ? '2' : 'x',
    ),
  );
  if (field === 'inputSchema') changed[field] = { ...(tool.inputSchema as object), title: 'x' };
  expect(toolDigest(changed)).not.toBe(toolDigest(tool));
});

test('the digest ignores the order of keys and fields that say nothing of what the tool is', () => {
  const reordered = Object.fromEntries(
    Object.entries({ ...tool, execution: { taskSupport: 'optional' } }).reverse(),
  );
  expect(toolDigest(reordered as ToolDefinition)).toBe(toolDigest(tool));
});

test('two spellings of one letter are two digests: no Unicode normalisation', () => {
  expect(toolDigest({ name: 'caf\u00e9' })).not.toBe(toolDigest({ name: 'cafe\u0301' }));
});

test('wrongly typed fields read as absent, and no inherited key is mistaken for one', () => {
  const odd = JSON.parse(
    '{"name":"x","description":5,"inputSchema":[],"annotations":{"title":"T"}}',
  );
  expect(readTool(odd)).toEqual({ name: 'x', title: 'T', annotations: { title: 'T' } });
  expect(parametersOf(readTool({ name: 'x', inputSchema: {} }))).toEqual([]);
});

test('parameters keep the server’s order and escape their pointer', () => {
  const schema = JSON.parse('{"properties":{"b/~":true,"a":{"type":"number"}},"required":["a"]}');
  expect(parametersOf(readTool({ name: 'x', inputSchema: schema }))).toEqual([
    { name: 'b/~', pointer: '/inputSchema/properties/b~1~0', isRequired: false, schema: {} },
    {
      name: 'a',
      pointer: '/inputSchema/properties/a',
      isRequired: true,
      schema: { type: 'number' },
    },
  ]);
});
