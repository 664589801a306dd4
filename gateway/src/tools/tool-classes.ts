import { readFile } from 'node:fs/promises';
import { isJsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { ToolClass } from '@toolwarden/policy';
import { GatewayError } from '../gateway-error.ts';
import type { LiveTool } from './tool-table.ts';

/**
 * Reads what tools are held to be: a JSON object from the digest of a definition to `{category, traits}`. A tool whose
 * digest is not there is unclassified, whatever it says of itself.
 */
export async function readToolClasses(
  path: string,
): Promise<(tool: LiveTool) => ToolClass | undefined> {
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
  return ({ digest }) => known.get(digest);
}
