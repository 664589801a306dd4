import { readFile, stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { ToolClass } from '@toolwarden/policy';
import { GatewayError } from '../gateway-error.ts';
import type { LiveTool } from './tool-table.ts';

type Classes = (tool: LiveTool) => ToolClass | undefined;

/**
 * Reads what tools are held to be: from the folder of a catalogue, or from a JSON object that leads from the digest of
 * a definition to `{category, traits}`. A tool whose digest is not there is unclassified, whatever it says of itself.
 */
export async function readToolClasses(path: string): Promise<Classes> {
  const known = (await isFolder(path)) ? await classesOfFolder(path) : await classesOfFile(path);
  return ({ digest }) => known.get(digest);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function classesOfFolder(path: string): Promise<Map<string, ToolClass>> {
  // Only here: the store checks every record, and takes the time that takes.
  const { openStore } = await import('@toolwarden/catalogue/store');
  const { items, problems } = await openStore(path).readEntries();
  const [problem] = problems;
  if (problem !== undefined || items.length === 0) {
    const why = problem ? `${problem.file}: ${problem.message}` : 'no server is recorded there';
    throw new GatewayError('catalogue-invalid', `${path}: ${why.split('\n', 1)[0]}`);
  }
  const known = new Map<string, ToolClass>();
  const disputed = new Set<string>();
  for (const { digest, judgement } of items.flatMap(({ tools }) => tools)) {
    if (judgement === undefined) continue;
    const { category, traits } = judgement;
    const found = { category, traits: traits.toSorted(), toolDigest: digest };
    const other = known.get(digest);
    if (other !== undefined && !isDeepStrictEqual(other, found)) disputed.add(digest);
    known.set(digest, found);
  }
  // One definition judged in two ways: which of them holds here nobody can say.
  for (const digest of disputed) known.delete(digest);
  return known;
}

async function classesOfFile(path: string): Promise<Map<string, ToolClass>> {
  let document: JsonValue;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new GatewayError('catalogue-invalid', `${path}: cannot be read as JSON`, { cause });
  }
  if (!isJsonObject(document)) {
    throw new GatewayError('catalogue-invalid', `${path}: expected an object of digests`);
  }
  const known = new Map<string, ToolClass>();
  for (const [digest, judged] of Object.entries(document)) {
    const category = own(judged, 'category');
    const traits = own(judged, 'traits');
    const isWhole = /^sha256:[0-9a-f]{64}$/.test(digest) && typeof category === 'string';
    if (!isWhole || !Array.isArray(traits)) {
      const where = JSON.stringify(digest.slice(0, 80));
      throw new GatewayError(
        'catalogue-invalid',
        `${path}: ${where}: expected a digest with a category and traits`,
      );
    }
    known.set(digest, { category, traits, toolDigest: digest } as unknown as ToolClass);
  }
  return known;
}
