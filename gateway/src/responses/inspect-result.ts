import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { OutputCheck } from '../tools/output-check.ts';
import { readExactly } from './read-exactly.ts';
import type { PreparedResponse } from './response-rules.ts';

/** What a result is held against before the client sees any of it. */
export type Inspection = {
  response?: PreparedResponse;
  /** By the tool's output schema. */
  checkOutput?: OutputCheck;
};

/** What the client may see: the result's own bytes, another result in its place, or nothing of it. */
export type Inspected = { pass: true } | { result: JsonValue } | { withheld: string };

/** Longer than this nothing is looked through. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Holds a result, or the body of an error, against what the policy and the tool's own definition say of it. */
export async function inspectResult(
  body: Buffer,
  { response, checkOutput }: Inspection,
  isError: boolean,
): Promise<Inspected> {
  if (response !== undefined && body.length > response.maxBytes) {
    return { withheld: `it has ${body.length} bytes, and the policy passes ${response.maxBytes}` };
  }
  const change = response?.change;
  const hasToFit = checkOutput !== undefined && !isError;
  if (change === undefined && !hasToFit) return { pass: true };
  if (body.length > MOST_BYTES) return { withheld: 'it is too long to be looked through' };
  try {
    const text = body.toString();
    const problem = hasToFit ? outputProblem(JSON.parse(text), checkOutput) : undefined;
    if (problem !== undefined) return { withheld: problem };
    const value = readExactly(text);
    // What was looked at is printed anew, so that nobody reads another of two keys with one name.
    return { result: change === undefined ? value : await change(value) };
  } catch (error) {
    if (error instanceof RangeError) return { withheld: error.message };
    return { withheld: 'it could not be looked through' };
  }
}

function outputProblem(result: JsonValue, check: OutputCheck): string | undefined {
  if (!isJsonObject(result)) return 'it is no object';
  // A failure owes no structure; a task or a question is not yet the result.
  if (own(result, 'isError') === true || isUnfinished(result)) return undefined;
  const content = own(result, 'structuredContent');
  if (content === undefined)
    return 'it lacks the structured content that its output schema promises';
  const problem = check(content);
  return problem && `its structured content does not fit its output schema: ${problem}`;
}

function isUnfinished(result: JsonObject): boolean {
  const type = own(result, 'resultType');
  return type === 'task' || type === 'input_required' || isJsonObject(own(result, 'task'));
}
