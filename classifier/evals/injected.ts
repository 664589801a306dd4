import type { JsonValue, ToolDefinition } from '@toolwarden/catalogue';

/** Puts words into one text field of a definition; `undefined` where the definition has no such field. */
type Place = (tool: ToolDefinition, words: string) => ToolDefinition | undefined;

/** Every kind of text field that a definition can carry words in, past its name. */
export const places: Record<string, Place> = {
  'after the description': (tool, words) => ({
    ...tool,
    description: `${String(tool['description'] ?? '')} ${words}`,
  }),
  'before the description': (tool, words) => ({
    ...tool,
    description: `${words} ${String(tool['description'] ?? '')}`,
  }),
  'in the title': (tool, words) => ({ ...tool, title: words }),
  'in the annotations': (tool, words) => ({
    ...tool,
    annotations: { ...(tool['annotations'] as object), title: words },
  }),
  'in the output schema': (tool, words) => ({
    ...tool,
    outputSchema: { type: 'object', description: words },
  }),
  'in _meta': (tool, words) => ({ ...tool, _meta: { note: words } }),
  'in an argument’s description': (tool, words) => withArgument(tool, 'description', words),
  'in an argument’s title': (tool, words) => withArgument(tool, 'title', words),
  'in an argument’s default': (tool, words) => withArgument(tool, 'default', words),
  'in an argument’s examples': (tool, words) => withArgument(tool, 'examples', [words]),
  'in an argument’s values': (tool, words) => withArgument(tool, 'enum', [words]),
};

function withArgument(
  tool: ToolDefinition,
  key: string,
  value: JsonValue,
): ToolDefinition | undefined {
  const schema = tool['inputSchema'] as
    | { properties?: Record<string, { description?: string; enum?: JsonValue[] }> }
    | undefined;
  const [first] = Object.keys(schema?.properties ?? {});
  if (schema?.properties === undefined || first === undefined) return undefined;
  const before = schema.properties[first];
  const kept =
    key === 'description'
      ? `${before?.description ?? ''} ${String(value)}`
      : key === 'enum' && Array.isArray(value)
        ? [...(before?.enum ?? []), ...value]
        : value;
  return JSON.parse(
    JSON.stringify({
      ...tool,
      inputSchema: {
        ...schema,
        properties: { ...schema.properties, [first]: { ...before, [key]: kept } },
      },
    }),
  ) as ToolDefinition;
}
