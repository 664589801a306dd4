import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { fold } from '../json/fold.ts';
import { schemaProblem } from './schema-limits.ts';

/** Says what is wrong with the arguments of a call; `undefined` where nothing is. */
export type ArgumentCheck = (args: JsonObject) => string | undefined;

/** What is called instead of a check where the schema cannot be used: no arguments pass. */
const unusable = (why: string): ArgumentCheck => {
  const text = `its input schema cannot be used to check arguments: ${why}`;
  return () => text;
};

/** Makes the check for a tool. Never throws: a schema that cannot be used refuses everything. */
export async function compileArgumentCheck(definition: JsonObject): Promise<ArgumentCheck> {
  const schema = own(definition, 'inputSchema');
  if (!isJsonObject(schema)) return unusable('there is none');
  const problem = schemaProblem(schema);
  if (problem !== undefined) return unusable(problem);
  try {
    const { compileSchema } = await import('./compile-schema.ts');
    const validate = await compileSchema(schema);
    return (args) => validate(args) ?? variantProblem(args, schema, '');
  } catch (error) {
    return unusable(String((error as Error).message).slice(0, 200));
  }
}

/**
 * A server that reads keys without regard to letter case would take `Amount` for `amount`, past a rule on the latter:
 * a key that differs from a listed one only so is refused. Bounded, because messages are.
 */
function variantProblem(
  value: JsonValue,
  schema: JsonValue | undefined,
  path: string,
): string | undefined {
  if (Array.isArray(value)) {
    const items = own(schema, 'items');
    if (items === undefined) return undefined;
    for (const item of value) {
      const problem = variantProblem(item, items, `${path}[]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  const properties = own(schema, 'properties');
  if (!isJsonObject(value) || !isJsonObject(properties)) return undefined;
  let folded: Set<string> | undefined;
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(properties, key)) {
      const inner = value[key] as JsonValue;
      if (typeof inner !== 'object' || inner === null) continue;
      const problem = variantProblem(inner, properties[key], `${path}${key}.`);
      if (problem !== undefined) return problem;
      continue;
    }
    folded ??= new Set(Object.keys(properties).map(fold));
    if (folded.has(fold(key))) {
      return `${path}${key.slice(0, 40)} differs from a listed argument only in letter case`;
    }
  }
  return undefined;
}
