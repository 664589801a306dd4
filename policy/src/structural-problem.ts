import { isJsonObject, type JsonValue, jsonDepth } from '@toolwarden/catalogue';

/** Nested deeper than this a document is refused before anything recurses into it. */
const MAX_POLICY_DEPTH = 32;

/** What makes a document unfit to be read at all, before its schema is asked; `undefined` where nothing does. */
export function structuralProblem(document: unknown): string | undefined {
  if (!isJsonObject(document)) return 'expected a JSON object';
  if (jsonDepth(document, MAX_POLICY_DEPTH) > MAX_POLICY_DEPTH) {
    return `nested deeper than ${MAX_POLICY_DEPTH} levels`;
  }
  // A record schema skips this key, and a rule that is skipped is a rule turned off.
  return hasProtoKey(document) ? 'the key "__proto__" is not allowed' : undefined;
}

function hasProtoKey(document: JsonValue): boolean {
  let level: JsonValue[] = [document];
  while (level.length > 0) {
    if (level.some((value) => isJsonObject(value) && Object.hasOwn(value, '__proto__')))
      return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
