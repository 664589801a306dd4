import { type Digest, jsonDigest } from './digest.ts';
import { isJsonObject, type JsonObject, own } from './json.ts';

/** A tool as its server listed it: every value verbatim, whatever its type; only `name` is sure to be a string. */
export type ToolDefinition = JsonObject & { name: string };

/** The fields that change what a tool is; others (such as `execution`) do not enter the digest. */
const DIGEST_FIELDS = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'icons',
  '_meta',
] as const;

/** The id of a definition's content: equal digests mean that nothing an agent or a gateway relies on has changed. */
export function toolDigest(definition: ToolDefinition): Digest {
  return jsonDigest(
    Object.fromEntries(DIGEST_FIELDS.map((field) => [field, own(definition, field)])),
  );
}

/** Digest of the server's instructions, pinned as an item of their own. */
export function instructionsDigest(instructions: string): Digest {
  return jsonDigest(instructions);
}

/** A definition's fields where they have the type the protocol says; a wrongly typed one reads as absent. */
export type Tool = {
  name: string;
  title?: string;
  description?: string;
  inputSchema?: JsonObject;
  outputSchema?: JsonObject;
  annotations?: JsonObject;
};

/** Reads a definition tolerantly: real servers omit fields and mistype them. */
export function readTool(definition: ToolDefinition): Tool {
  const tool: Tool = { name: definition.name };
  const title = own(definition, 'title') ?? own(own(definition, 'annotations'), 'title');
  const description = own(definition, 'description');
  if (typeof title === 'string') tool.title = title;
  if (typeof description === 'string') tool.description = description;
  for (const field of ['inputSchema', 'outputSchema', 'annotations'] as const) {
    const value = own(definition, field);
    if (isJsonObject(value)) tool[field] = value;
  }
  return tool;
}

/** One argument of a tool, from the top level of its input schema. */
export type Parameter = {
  name: string;
  /** JSON Pointer to the parameter's schema, relative to the definition. */
  pointer: string;
  isRequired: boolean;
  /** The parameter's own schema; `{}` where the server gave a boolean or nothing. */
  schema: JsonObject;
};

/** A tool's arguments in the order the server listed them. */
export function parametersOf(tool: Tool): Parameter[] {
  const properties = own(tool.inputSchema, 'properties');
  const required = own(tool.inputSchema, 'required');
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    pointer: `/inputSchema/properties/${escapePointer(name)}`,
    isRequired: Array.isArray(required) && required.includes(name),
    schema: isJsonObject(schema) ? schema : {},
  }));
}

/** One segment of a JSON Pointer (RFC 6901). */
export function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
