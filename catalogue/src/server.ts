import * as z from 'zod';
import { digestSchema } from './digest-schema.ts';
import { jsonObjectSchema } from './json-object-schema.ts';
import { serverIdSchema } from './server-id.ts';
import { toolDefinitionSchema } from './tool-definition-schema.ts';

/** Fields of use to a person; links are shown only where they are https. */
const linksSchema = z.strictObject({
  homepage: z.string().optional(),
  repository: z.string().optional(),
  documentation: z.string().optional(),
});

const NUL = '\0';
/** What becomes part of a command line or an environment, neither of which can hold a NUL. */
const argumentSchema = z.string().refine((text) => !text.includes(NUL), 'contains a NUL');
const variableNameSchema = argumentSchema.refine(
  (name) => name !== '' && !name.includes('='),
  'is no name of a variable',
);
/** A path below `{dir}`, with or without that in front. */
const dummyPathSchema = argumentSchema.refine(
  (path) =>
    path
      .replace(/^\{dir\}\//, '')
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..'),
  'is no path below the working folder',
);

const argsSchema = z.array(argumentSchema);
const envSchema = z.record(variableNameSchema, argumentSchema);

const packageRegistrySchema = z.enum(['npm', 'oci', 'pypi']);

/** A variable that a publisher describes: where its words name a permission switch, the crawler may flip it. */
const variableSchema = z.strictObject({
  name: variableNameSchema,
  description: z.string().optional(),
  default: z.string().optional(),
  choices: z.array(z.string()).optional(),
});

/** A package that starts the server, for ids that are no package's name. */
const packageSourceSchema = z.strictObject({
  registry: packageRegistrySchema,
  /** As its registry spells it; for `oci` the whole reference. */
  name: argumentSchema,
  version: z.string().optional(),
  args: argsSchema.optional(),
  env: envSchema.optional(),
  variables: z.array(variableSchema).optional(),
});
export type PackageSource = z.infer<typeof packageSourceSchema>;

/** How a server is spoken to. */
const transportSchema = z.enum(['sse', 'stdio', 'streamable-http']);
export type Transport = z.infer<typeof transportSchema>;

/** A server that already runs somewhere. */
const remoteSourceSchema = z.strictObject({
  /** https, or http on loopback. */
  url: z.string(),
  /** Absent means: try Streamable HTTP, then SSE. */
  transport: transportSchema.exclude(['stdio']).optional(),
  /** Values may hold `${env:NAME}`, filled in when a request is sent and written down nowhere. */
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/), z.string()).optional(),
});
export type RemoteSource = z.infer<typeof remoteSourceSchema>;

/** What to crawl, and what it wants before it lists its tools. Values are placeholders, never real secrets. */
export const serverSourceSchema = z.strictObject({
  id: serverIdSchema,
  /** npm: the exact version; absent means the newest. */
  version: z.string().optional(),
  /** npm: the command of the package to start, where it has several. */
  bin: z.string().optional(),
  /** Arguments after the command. `{dir}` stands for a fresh folder inside the sandbox. */
  args: argsSchema.optional(),
  /** Variables to set, with placeholder values; `{dir}` as in `args`. */
  env: envSchema.optional(),
  /** Dummy files to lay into `{dir}`: path → text. */
  files: z.record(dummyPathSchema, z.string()).optional(),
  /** Dependency versions to force, where the published ones cannot be installed (npm `overrides`). */
  overrides: z.record(z.string(), z.string()).optional(),
  /** `registry:` and `config:` ids: packages that start this server, the first to be tried first. */
  packages: z.array(packageSourceSchema).optional(),
  /** Where it already runs; tried after the packages. `url:` ids need none. */
  remotes: z.array(remoteSourceSchema).optional(),
  /** What its registry says of it; `vanished` where a whole listing of the registry no longer had it. */
  status: z.enum(['deleted', 'deprecated', 'vanished']).optional(),
  /** Subject area, one word, for browsing. */
  area: z.string().optional(),
  links: linksSchema.optional(),
});
export type ServerSource = z.infer<typeof serverSourceSchema>;

export const crawlOutcomes = ['complete', 'partial', 'failed'] as const;
export const crawlOutcomeSchema = z.enum(crawlOutcomes);
export type CrawlOutcome = z.infer<typeof crawlOutcomeSchema>;

/** Why a listing failed or is partial; docs/crawling.md explains each. */
export const crawlReasons = [
  'crashed',
  'disk-full',
  'install-failed',
  'install-timeout',
  'limit-exceeded',
  'no-command',
  'no-sandbox',
  'not-found',
  'not-started',
  'protocol-error',
  'runtime-missing',
  'silent-exit',
  'timeout',
  'unreachable',
  'unsupported-origin',
  'unsupported-transport',
  'wants-arguments',
  'wants-backend',
  'wants-configuration',
  'wants-native-module',
  'wants-network',
] as const;
export const crawlReasonSchema = z.enum(crawlReasons);
export type CrawlReason = z.infer<typeof crawlReasonSchema>;

/** One way the server was started; a server may list other tools under another. */
export const configurationSchema = z.strictObject({
  /** Name within the record: `default`, or what distinguishes it. */
  name: z.string(),
  args: z.array(z.string()),
  /** Names of the variables set, sorted; never their values. */
  env: z.array(z.string()),
  /** The exception: permission switches, whose values are words such as `true` and tell what the tools depend on. */
  switches: z.record(z.string(), z.string().max(100)).optional(),
});
export type Configuration = z.infer<typeof configurationSchema>;

/** A limit that cut something off; a cut is never silent. */
const truncationSchema = z.strictObject({
  /** What was cut: `tools`, `pages`, `description of <tool>` … */
  what: z.string(),
  /** The limit that cut it, in words. */
  limit: z.string(),
  /** The tool it was cut from, by name: its digest is of the definition as it was served. */
  tool: z.string().optional(),
});

/** Something odd in a listing that a reader should know. */
const findingSchema = z.strictObject({
  code: z.enum([
    'case-variant-name',
    'duplicate-name',
    'invalid-definition',
    'name-outside-grammar',
    'unstable-list',
    'list-error',
  ]),
  message: z.string(),
});

/** What a listing saw of one server: the publisher's words, verbatim, and how they were obtained. */
export const serverRecordSchema = z.strictObject({
  id: serverIdSchema,
  /** Version of the package that was started; empty where a server states none. */
  version: z.string(),
  outcome: crawlOutcomeSchema,
  /** Set unless the outcome is `complete`. */
  reason: crawlReasonSchema.optional(),
  /** The server's or the package manager's own words about the failure, one line, cut at 500 characters. */
  detail: z.string().optional(),
  area: z.string().optional(),
  package: z
    .strictObject({
      registry: packageRegistrySchema,
      name: z.string(),
      version: z.string(),
      /** Subresource integrity of the package archive, as the registry states it. */
      integrity: z.string().optional(),
      description: z.string().optional(),
      license: z.string().optional(),
      bin: z.string().optional(),
    })
    .optional(),
  links: linksSchema.optional(),
  /** `name`, `title` and `version` the server states about itself. */
  serverInfo: jsonObjectSchema.optional(),
  /** How it was spoken to; absent means over its standard streams. */
  transport: transportSchema.optional(),
  /** MCP revision agreed on, for example `2025-11-25`. */
  protocolVersion: z.string().optional(),
  capabilities: jsonObjectSchema.optional(),
  instructions: z.string().optional(),
  instructionsDigest: digestSchema.optional(),
  configurations: z.array(configurationSchema),
  // INVARIANT: sorted by name, then digest.
  tools: z.array(
    z.strictObject({
      definition: toolDefinitionSchema,
      digest: digestSchema,
      /** Names of the configurations it is listed under. */
      configurations: z.array(z.string()),
    }),
  ),
  prompts: z.array(jsonObjectSchema).optional(),
  resources: z.array(jsonObjectSchema).optional(),
  resourceTemplates: z.array(jsonObjectSchema).optional(),
  truncated: z.array(truncationSchema).optional(),
  findings: z.array(findingSchema).optional(),
  /** Help given before it listed, in words such as `env ITERABLE_API_KEY`: what a source would have to give. */
  help: z.array(z.string()).optional(),
  /** True once the server or its last tool is gone from its source; the record stays as a tombstone. */
  isGone: z.boolean().optional(),
});
export type ServerRecord = z.infer<typeof serverRecordSchema>;
export type RecordedTool = ServerRecord['tools'][number];
