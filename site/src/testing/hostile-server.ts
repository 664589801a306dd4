import {
  assess,
  type Classification,
  classificationSchema,
  type HistoryEvent,
  inputDigest,
  instructionsDigest,
  type ServerRecord,
  serverIdSchema,
  serverWords,
  TAXONOMY_VERSION,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';

/** Ways to have a page run a text, reach another host or become another page; each sets `pwned` if it works. */
export const HOSTILE_TEXTS = [
  '<script>window.pwned=1</script>',
  '</script><script>window.pwned=1</script>',
  '</title></style></textarea><script>window.pwned=1</script>',
  '"><img src=x onerror=window.pwned=1>',
  "'><svg/onload=window.pwned=1>",
  '" autofocus onfocus=window.pwned=1 x="',
  'javascript:window.pwned=1',
  '[link](javascript:window.pwned=1) ![x](x"onerror="window.pwned=1)',
  '<a href="javascript:window.pwned=1" autofocus>x</a>',
  '<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
  '<base href="https://evil.example/"><link rel=stylesheet href=//evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=1&gt;">',
  ']]><script xmlns="http://www.w3.org/1999/xhtml">window.pwned=1</script><![CDATA[',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of somebody else's language
  '${window.pwned=1} {{constructor.constructor("window.pwned=1")()}} <%= window.pwned=1 %>',
  '<!--><script>window.pwned=1</script>-->',
] as const;

export type HostileServer = {
  record: ServerRecord;
  classifications: Classification[];
  history: HistoryEvent[];
};

/** A server that says the text in every field that a publisher can fill, each time with the field's name behind it. */
export function hostileServer(text: string, number: number): HostileServer {
  const id = serverIdSchema.parse(`npm:@hostile/text-${number}`);
  const said = (field: string) => `${text} ${field}`;
  const definition: ToolDefinition = {
    name: said('tool-name'),
    title: said('tool-title'),
    description: said('tool-description'),
    inputSchema: {
      type: 'object',
      title: said('schema-title'),
      properties: {
        [said('argument-name')]: {
          type: 'string',
          description: said('argument-description'),
          enum: [said('enum-value')],
          default: said('default-value'),
          pattern: said('pattern'),
          format: said('format'),
          examples: [said('example')],
        },
        url: { type: said('type'), description: said('url-description') },
      },
      required: [said('argument-name'), said('required')],
    },
    outputSchema: { type: 'object', description: said('output-description') },
    annotations: { title: said('annotation-title'), readOnlyHint: said('read-only-hint') },
    icons: [{ src: said('icon'), mimeType: said('icon-type') }],
    _meta: { [said('meta-key')]: said('meta-value') },
  };
  const digest = toolDigest(definition);
  const old = { ...definition, description: said('former-description') };
  const record: ServerRecord = {
    id,
    version: said('version'),
    outcome: 'partial',
    reason: 'limit-exceeded',
    detail: said('detail'),
    area: said('area'),
    package: {
      registry: 'npm',
      name: said('package-name'),
      version: said('package-version'),
      integrity: said('integrity'),
      description: said('package-description'),
      license: said('license'),
      bin: said('bin'),
    },
    links: {
      homepage: said('homepage'),
      repository: said('repository'),
      documentation: said('documentation'),
    },
    serverInfo: {
      name: said('server-name'),
      title: said('server-title'),
      version: said('server-version'),
      description: said('server-description'),
      websiteUrl: said('website'),
    },
    protocolVersion: said('protocol'),
    capabilities: { [said('capability')]: { x: said('capability-value') } },
    instructions: said('instructions'),
    instructionsDigest: instructionsDigest(said('instructions')),
    configurations: [
      {
        name: said('configuration'),
        args: [said('configuration-argument')],
        env: [said('variable')],
        switches: { [said('switch')]: 'on' },
      },
    ],
    tools: [{ definition, digest, configurations: [said('configuration')] }],
    prompts: [{ name: said('prompt') }],
    resources: [{ uri: said('resource') }],
    resourceTemplates: [{ uriTemplate: said('template') }],
    truncated: [{ what: said('cut'), limit: said('limit') }],
    findings: [{ code: 'list-error', message: said('finding') }],
    help: [said('help')],
  };
  return {
    record,
    classifications: [judged(record, definition, said)],
    history: [
      {
        at: '2026-11-20T04:00:00.000Z',
        version: said('history-version'),
        event: 'tool-changed',
        tool: definition.name,
        oldDigest: toolDigest(old),
        newDigest: digest,
        old,
        new: definition,
      },
      {
        at: '2026-11-20T05:00:00.000Z',
        version: said('history-version'),
        event: 'tool-removed',
        tool: said('removed-tool'),
        oldDigest: digest,
        old: { ...definition, name: said('removed-tool') },
      },
    ],
  };
}

function judged(
  record: ServerRecord,
  definition: ToolDefinition,
  said: (field: string) => string,
): Classification {
  const [category, traits] = ['Write', ['suspicious_definition']] as const;
  const digest = toolDigest(definition);
  return classificationSchema.parse({
    tool: definition.name,
    toolDigest: digest,
    inputDigest: inputDigest(digest, serverWords(record), 'hostile'),
    category,
    traits: [...traits],
    ...assess(category, [...traits]),
    confidence: 'low',
    review: ['suspicious-definition'],
    rationale: said('rationale'),
    evidence: [
      { for: 'category', pointer: '/name', quote: said('tool-name').slice(0, 160) },
      {
        for: 'suspicious_definition',
        pointer: '/description',
        quote: said('').slice(0, 20).trim(),
      },
    ],
    provenance: {
      taxonomyVersion: TAXONOMY_VERSION,
      rulesetVersion: said('ruleset'),
      profile: 'standard',
      method: 'model+rules',
      model: said('model'),
      endpointHost: said('endpoint'),
      promptVersion: said('prompt-version'),
    },
  });
}
