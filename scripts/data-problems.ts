import { relative } from 'node:path';
import {
  canonicalJson,
  instructionsDigest,
  type ServerClassifications,
  type ServerId,
  type ServerRecord,
  serverSlug,
  serverWords,
  toolDigest,
} from '@toolwarden/catalogue';
import { openStore, StoreError, type StoreProblem } from '@toolwarden/catalogue/store';
import { isVerbatim, RULESET_VERSION } from '@toolwarden/classifier';
import glob from 'fast-glob';

/** All that is wrong with a data folder, and how much of what it holds. */
export async function dataProblems(dir: string, read: (file: string) => Promise<string>) {
  const store = openStore(dir);
  const [servers, classifications, corrections, sources, runs] = await Promise.all([
    store.readServers(),
    store.readAllClassifications(),
    store.readAllCorrections(),
    store.readSources(),
    store.readCrawlRuns(),
  ]);
  const records = new Map(servers.items.map((record) => [record.id, record]));
  const problems = [servers, classifications, corrections, sources, runs].flatMap(
    (reading) => reading.problems,
  );
  problems.push(...(await printedOtherwise(dir, read)));
  problems.push(...(await takedownProblems(store)));
  for (const record of servers.items) problems.push(...recordProblems(record));
  for (const judged of classifications.items)
    problems.push(...judgementProblems(judged, records.get(judged.id)));
  for (const { id } of servers.items) problems.push(...(await store.readHistory(id)).problems);
  problems.push(...slugProblems(servers.items.map(({ id }) => id)));
  const tools = servers.items.reduce((sum, record) => sum + record.tools.length, 0);
  return {
    problems,
    counts: {
      servers: servers.items.length,
      tools,
      classifications: classifications.items.length,
      sources: sources.items.length,
      runs: runs.items.length,
    },
  };
}

async function takedownProblems(store: ReturnType<typeof openStore>): Promise<StoreProblem[]> {
  try {
    await store.readTakedowns();
    return [];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [{ file: error.file, message: error.message }];
  }
}

async function printedOtherwise(
  dir: string,
  read: (file: string) => Promise<string>,
): Promise<StoreProblem[]> {
  const files = await glob('**/*.json', { cwd: dir, absolute: true });
  const problems: StoreProblem[] = [];
  for (const file of files.sort()) {
    const text = await read(file);
    if (printed(text) !== text)
      problems.push({
        file: relative(dir, file),
        message: 'is not in canonical form: read and write it again through the store',
      });
  }
  return problems;
}

function printed(text: string): string | undefined {
  try {
    return `${canonicalJson(JSON.parse(text))}\n`;
  } catch {
    return undefined;
  }
}

function recordProblems(record: ServerRecord): StoreProblem[] {
  const file = `servers/…/${serverSlug(record.id)}.json`;
  const messages: string[] = [];
  if (record.outcome !== 'complete' && record.reason === undefined)
    messages.push(`outcome ${record.outcome} without a reason`);
  // A digest is of the words as they were served, which a cut record no longer has whole.
  const truncated = record.truncated ?? [];
  const cutTools = new Set(truncated.map(({ tool }) => tool));
  if (
    record.instructions !== undefined &&
    truncated.every(({ what }) => what !== 'instructions') &&
    instructionsDigest(record.instructions) !== record.instructionsDigest
  )
    messages.push('instructionsDigest does not fit the instructions');
  const names = new Set(record.configurations.map(({ name }) => name));
  for (const { definition, digest, configurations } of record.tools) {
    if (!cutTools.has(definition.name) && toolDigest(definition) !== digest)
      messages.push(
        `digest of tool ${JSON.stringify(definition.name)} does not fit its definition`,
      );
    if (configurations.some((name) => !names.has(name)))
      messages.push(`tool ${JSON.stringify(definition.name)} names an unknown configuration`);
  }
  const order = record.tools.map(({ definition, digest }) => `${definition.name}\n${digest}`);
  if (order.some((key, index) => index > 0 && key < (order[index - 1] as string)))
    messages.push('tools are not sorted by name');
  return messages.map((message) => ({ file, message }));
}

function judgementProblems(
  judged: ServerClassifications,
  record: ServerRecord | undefined,
): StoreProblem[] {
  const file = `classifications/…/${serverSlug(judged.id)}.json`;
  if (record === undefined) return [{ file, message: 'judges a server that has no record' }];
  const problems: StoreProblem[] = [];
  const byKey = new Map(
    judged.tools.map((judgement) => [`${judgement.tool}\n${judgement.toolDigest}`, judgement]),
  );
  for (const { definition, digest } of record.tools) {
    const judgement = byKey.get(`${definition.name}\n${digest}`);
    if (judgement === undefined)
      problems.push({
        file,
        message: `tool ${JSON.stringify(definition.name)} is not judged: run toolwarden classify`,
      });
    else {
      if (judgement.provenance.rulesetVersion !== RULESET_VERSION)
        problems.push({
          file,
          message: `tool ${JSON.stringify(definition.name)} was judged by other rules: run toolwarden classify`,
        });
      const dropped = judgement.evidence.filter(
        (evidence) => !isVerbatim(evidence, definition, serverWords(record)),
      );
      if (dropped.length > 0)
        problems.push({
          file,
          message: `tool ${JSON.stringify(definition.name)}: quote not found at ${dropped[0]?.pointer}`,
        });
    }
  }
  return problems;
}

function slugProblems(ids: ServerId[]): StoreProblem[] {
  const bySlug = Map.groupBy(ids, (id) => serverSlug(id).toLowerCase());
  return [...bySlug]
    .filter(([, same]) => same.length > 1)
    .map(([slug, same]) => ({
      file: `servers/…/${slug}.json`,
      message: `${same.join(' and ')} share one slug`,
    }));
}
