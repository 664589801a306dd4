import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';

const MAX_NODES = 5_000;
const MAX_DEPTH = 48;

/** Dialects that arguments are checked in; the newest where a schema names none. */
const dialects = {
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
  'http://json-schema.org/draft-07/schema': 'draft-07',
} as const;
export type Dialect = (typeof dialects)[keyof typeof dialects];

/** The dialect a schema is written in; `undefined` for one we do not know. */
export function dialectOf(schema: JsonObject): Dialect | undefined {
  const named = own(schema, '$schema');
  if (named === undefined) return '2020-12';
  if (typeof named !== 'string') return undefined;
  const address = named.replace(/#$/, '');
  return Object.hasOwn(dialects, address) ? dialects[address as keyof typeof dialects] : undefined;
}

/** What makes a schema unfit before anything is made from it: its size, its dialect, references to elsewhere. */
export function schemaProblem(schema: JsonObject): string | undefined {
  if (dialectOf(schema) === undefined) {
    return `its dialect ${JSON.stringify(own(schema, '$schema')).slice(0, 80)} is not known`;
  }
  let nodes = 0;
  let level: JsonValue[] = [schema];
  for (let depth = 0; level.length > 0; depth++) {
    nodes += level.length;
    if (nodes > MAX_NODES) return 'it is too large';
    if (depth > MAX_DEPTH) return 'it is nested too deep';
    if (level.some(refersElsewhere)) return 'it refers to another document';
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return undefined;
}

// A reference within the schema starts with a hash; everything else would have to be fetched.
function refersElsewhere(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  return ['$ref', '$dynamicRef'].some((key) => {
    const target = own(value, key);
    return typeof target === 'string' && !target.startsWith('#');
  });
}

/** Whether checking may take time out of proportion: references can multiply, uniqueness compares all with all. */
export function canBeSlow(schema: JsonObject): boolean {
  return /"(\$ref|\$dynamicRef|uniqueItems|pattern|patternProperties)":/.test(
    JSON.stringify(schema),
  );
}

/** Whether checking needs a pattern engine; an argument that is merely called so costs an import, no more. */
export function hasPatterns(schema: JsonObject): boolean {
  return /"pattern(Properties)?":/.test(JSON.stringify(schema));
}
