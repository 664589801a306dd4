import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { schemaProblem } from './schema-limits.ts';

/** Says what is wrong with structured content; `undefined` where nothing is. */
export type OutputCheck = (content: JsonValue) => string | undefined;

/** The check by a tool's output schema, or why there can be none: then the tool is not called at all. */
export type CompiledOutput = { check: OutputCheck } | { unusable: string };

/** Makes the check for a tool. Never throws. */
export async function compileOutputCheck(definition: JsonObject): Promise<CompiledOutput> {
  const schema = own(definition, 'outputSchema');
  const unusable = (why: string) => ({
    unusable: `its output schema cannot be used to check results: ${why}`,
  });
  if (!isJsonObject(schema)) return unusable('it is no object');
  const problem = schemaProblem(schema);
  if (problem !== undefined) return unusable(problem);
  try {
    const { compileSchema } = await import('./compile-schema.ts');
    const check = await compileSchema(schema, 'the content');
    return { check: (content) => check(content as JsonObject) };
  } catch (error) {
    return unusable(String((error as Error).message).slice(0, 200));
  }
}
