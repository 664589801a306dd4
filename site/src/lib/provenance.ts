import type { CatalogueEntry, CatalogueTool, Configuration } from '@toolwarden/catalogue';

/** One line of the provenance: what it is called, and what it is. */
export type Fact = { label: string; value: string; isCode: boolean };

const fact = (label: string, value: string | undefined, isCode = true): Fact[] =>
  value === undefined || value === '' ? [] : [{ label, value, isCode }];

/**
 * Where a tool's definition and its judgement come from. `since` is the only date: that of the last listing would have every
 * page written again with each crawl.
 */
export function provenanceOf(
  { record }: CatalogueEntry,
  tool: CatalogueTool,
  since?: string,
): Fact[] {
  const judged = tool.classification?.provenance;
  const used = record.configurations.filter(({ name }) => tool.configurations.includes(name));
  return [
    ...serverFacts(record),
    ...used.flatMap((configuration) =>
      fact(
        used.length > 1 ? `Listed under ${configuration.name}` : 'Configuration',
        inWords(configuration),
        false,
      ),
    ),
    ...fact('Listed with this definition since', since, false),
    ...fact('Digest of the definition', tool.digest),
    ...(judged === undefined
      ? []
      : [
          ...fact('Judged by', judged.method === 'manual' ? 'a person' : judged.method, false),
          ...fact('Model', judged.model),
          ...fact('Endpoint', judged.endpointHost),
          ...fact('Answers of the model', judged.samples?.toString(), false),
          ...fact('Prompt', judged.promptVersion),
          ...fact('Ruleset', judged.rulesetVersion),
          ...fact('Taxonomy', `${judged.taxonomyVersion}, profile ${judged.profile}`, false),
          ...fact('Confidence', tool.classification?.confidence, false),
        ]),
  ];
}

/** The lines that a server's page has too. */
export function serverFacts(record: CatalogueEntry['record']): Fact[] {
  const pack = record.package;
  return [
    ...fact('Server', record.id),
    ...fact('Package', pack && `${pack.name}@${pack.version}`),
    ...fact('Version', pack ? undefined : record.version),
    ...fact('Integrity', pack?.integrity),
    ...fact('Licence', pack?.license),
    ...fact('Protocol revision', record.protocolVersion),
  ];
}

/** A configuration in words: its arguments and the names of the variables that were set. */
export function inWords({ args, env }: Configuration): string {
  const parts = [
    args.length > 0 ? `arguments ${args.join(' ')}` : 'no arguments',
    env.length > 0 ? `variables ${env.join(', ')} set to placeholders` : 'no variables',
  ];
  return parts.join('; ');
}
