import {
  completable,
  fromJsonSchema,
  type McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

/** A red dot, and a moment of silence: the least that counts as an image and as a sound. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };
const text = (said: string) => ({ type: 'text' as const, text: said });
const user = 'user' as const;

/** Tools, resources and prompts that answer at once, with the names that the conformance suite calls. */
export function addPlainParts(server: McpServer): void {
  addTools(server);
  addResources(server);
  addPrompts(server);
}

function addTools(server: McpServer): void {
  const tool = (name: string, description: string, content: object[]) =>
    server.registerTool(name, { description }, () => ({ content: content as [] }));
  tool('test_simple_text', 'Answers a text', [text('This is a simple text response for testing.')]);
  tool('test_image_content', 'Answers an image', [image]);
  tool('test_audio_content', 'Answers a sound', [
    { type: 'audio', data: WAV, mimeType: 'audio/wav' },
  ]);
  tool('test_embedded_resource', 'Answers a resource', [
    {
      type: 'resource',
      resource: {
        ...{ uri: 'test://embedded-resource', mimeType: 'text/plain' },
        text: 'This is an embedded resource content.',
      },
    },
  ]);
  tool('test_multiple_content_types', 'Answers a text, an image and a resource', [
    text('Multiple content types test:'),
    image,
    {
      type: 'resource',
      resource: {
        ...{ uri: 'test://mixed-content-resource', mimeType: 'application/json' },
        text: '{"test":"data","value":123}',
      },
    },
  ]);
  server.registerTool('test_error_handling', { description: 'Always fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Has a schema with the words of JSON Schema 2020-12',
      inputSchema: fromJsonSchema(newestSchema),
    },
    () => ({ content: [text('ok')] }),
  );
  server.registerTool(
    'test_custom_header',
    {
      description: 'Has an argument that is sent as a header too',
      inputSchema: fromJsonSchema(schemaWithHeader),
    },
    (args) => ({ content: [text(`Region ${(args as { region: string }).region}`)] }),
  );
}

// Apart, because the types of JSON Schema do not know the word of MCP.
const schemaWithHeader = {
  type: 'object' as const,
  properties: { region: { type: 'string' as const, 'x-mcp-header': 'Region' } },
  required: ['region'],
};

const newestSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

function addResources(server: McpServer): void {
  const resource = (
    name: string,
    uri: string,
    mimeType: string,
    content: { text: string } | { blob: string },
  ) =>
    server.registerResource(name, uri, { description: `Resource ${name}`, mimeType }, () => ({
      contents: [{ uri, mimeType, ...content }],
    }));
  const words = 'This is the content of the static text resource.';
  resource('static-text', 'test://static-text', 'text/plain', { text: words });
  resource('static-binary', 'test://static-binary', 'image/png', { blob: PNG });
  resource('watched-resource', 'test://watched-resource', 'text/plain', { text: 'Watched' });
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data by id', mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          ...{ uri: uri.href, mimeType: 'application/json' },
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );
}

function addPrompts(server: McpServer): void {
  const prompt = (name: string, description: string, content: object[]) =>
    server.registerPrompt(name, { description }, () => ({
      messages: content.map((each) => ({ role: user, content: each })) as [],
    }));
  prompt('test_simple_prompt', 'One text', [text('This is a simple prompt for testing.')]);
  prompt('test_prompt_with_image', 'An image', [image, text('Please analyze the image above.')]);
  const word = () => completable(z.string(), (start) => [`${start}1`, `${start}2`]);
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Two arguments', argsSchema: z.object({ arg1: word(), arg2: word() }) },
    ({ arg1, arg2 }) => ({
      messages: [
        { role: user, content: text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`) },
      ],
    }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        {
          role: user,
          content: {
            type: 'resource' as const,
            resource: {
              uri,
              mimeType: 'text/plain',
              text: 'Embedded resource content for testing.',
            },
          },
        },
        { role: user, content: text('Please process the embedded resource above.') },
      ],
    }),
  );
}
