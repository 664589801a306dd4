import {
  categorySchema,
  digestSchema,
  instructionsDigest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  jsonDepth,
  jsonObjectSchema,
  own,
  toolDefinitionSchema,
  toolDigest,
  traitSchema,
} from '@toolwarden/catalogue';
import * as z from 'zod';
import { type ListedKind, listedDigest, listedKinds } from './pin-digest.ts';

const MAX_DEPTH = 96;

const pinnedToolSchema = z
  .strictObject({
    digest: digestSchema.meta({ type: 'string' }).describe('Of the definition that was accepted.'),
    definition: toolDefinitionSchema.describe(
      'As the server listed it, for a readable difference.',
    ),
    class: z
      .strictObject({ category: categorySchema, traits: z.array(traitSchema) })
      .optional()
      .describe('What the tool was judged to be when it was accepted; for rules under `classes`.'),
  })
  .meta({ id: 'pinnedTool', description: 'A tool that was accepted.' });

const pinnedSchema = z
  .strictObject({
    digest: digestSchema
      .meta({ type: 'string' })
      .describe('Of what the definition says of itself.'),
    definition: jsonObjectSchema.describe('As the server listed it.'),
  })
  .meta({ id: 'pinned', description: 'A prompt, resource or template that was accepted.' });

const listed = z.record(z.string(), pinnedSchema).optional();

const serverPinsSchema = z
  .strictObject({
    source: z.string().max(500).optional().describe('Where it was accepted from, for people.'),
    instructions: z
      .strictObject({ digest: digestSchema.meta({ type: 'string' }), text: z.string() })
      .optional()
      .describe('What the server tells an agent about itself; absent where it says nothing.'),
    tools: z.record(z.string(), pinnedToolSchema).describe('By name.'),
    prompts: listed.describe('By name.'),
    resources: listed.describe('By address.'),
    resourceTemplates: listed.describe('By template.'),
  })
  .meta({ id: 'serverPins', description: 'What was accepted of one server.' });
export type ServerPins = z.infer<typeof serverPinsSchema>;

/** `toolwarden.lock.json`: the definitions that a person has accepted. */
const lockSchema = z
  .strictObject({
    $schema: z.string().max(2000).optional().describe('Address of this schema, for editors.'),
    version: z.literal('1').describe('Version of the format.'),
    servers: z.record(z.string(), serverPinsSchema).describe('By the name the gateway gives them.'),
  })
  .meta({ title: 'Toolwarden lock file', description: 'Definitions that a person has accepted.' });
export type Lock = z.infer<typeof lockSchema>;

/** The JSON Schema of lock files. */
export function lockJsonSchema(): JsonObject {
  return z.toJSONSchema(lockSchema, { unrepresentable: 'any' }) as JsonObject;
}

/** Checks a document; what is wrong with it in one line, or the lock. A digest that is not that of its definition is wrong. */
export function parseLock(document: unknown): { lock: Lock } | { problem: string } {
  if (!isJsonObject(document)) return { problem: 'expected a JSON object' };
  if (jsonDepth(document, MAX_DEPTH) > MAX_DEPTH) return { problem: 'nested too deep' };
  const parsed = lockSchema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'invalid'}` };
  }
  // A record may pass over this key in silence; then what it names would look new, not wrong.
  const problem = protoProblem(document) ?? digestProblem(parsed.data);
  return problem === undefined ? { lock: parsed.data } : { problem };
}

function protoProblem(document: JsonObject): string | undefined {
  const servers = document['servers'] as JsonObject;
  const records = Object.values(servers).flatMap((server) => [
    server,
    ...Object.values(server as JsonObject),
  ]);
  const isThere = [servers, ...records].some(
    (value: JsonValue) => isJsonObject(value) && Object.hasOwn(value, '__proto__'),
  );
  return isThere ? 'the key "__proto__" is not allowed' : undefined;
}

function digestProblem({ servers }: Lock): string | undefined {
  for (const [server, pins] of Object.entries(servers)) {
    const wrong = (what: string) =>
      `servers.${server}.${what}: the digest is not that of the definition; restore the file, or move it away and accept anew`;
    const { instructions } = pins;
    if (instructions && instructionsDigest(instructions.text) !== instructions.digest) {
      return wrong('instructions');
    }
    for (const [name, { digest, definition }] of Object.entries(pins.tools)) {
      const isSame = definition.name === name && toolDigest(definition) === digest;
      if (!isSame) return wrong(`tools.${name}`);
    }
    for (const kind of Object.keys(listedKinds) as ListedKind[]) {
      for (const [name, { digest, definition }] of Object.entries(pins[kind] ?? {})) {
        const isSame = own(definition, listedKinds[kind].name) === name;
        if (!isSame || listedDigest(kind, definition) !== digest) return wrong(`${kind}.${name}`);
      }
    }
  }
  return undefined;
}
