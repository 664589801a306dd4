import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';

type Key = { key: string; description?: string };
/** A schema with groups of groups has no end; nobody writes deeper by hand. */
const MAX_SCHEMAS = 200;

/** Keys that an object at this place may have. */
export function keysAt(root: JsonObject, path: readonly string[]): Key[] {
  const keys = new Map<string, Key>();
  for (const schema of schemasAt(root, path)) {
    for (const [key, property] of entriesOf(own(schema, 'properties')))
      if (!keys.has(key)) keys.set(key, withDescription(root, key, property));
    const names = resolve(root, own(schema, 'propertyNames'));
    for (const value of listOf(own(names, 'enum')))
      if (typeof value === 'string' && !keys.has(value)) keys.set(value, { key: value });
  }
  return [...keys.values()];
}

/** Values that are listed for this place. */
export function valuesAt(root: JsonObject, path: readonly string[]): JsonValue[] {
  const values = schemasAt(root, path).flatMap((schema) => {
    const constant = own(schema, 'const');
    const isFlag = own(schema, 'type') === 'boolean';
    return [
      ...listOf(own(schema, 'enum')),
      ...(constant === undefined ? [] : [constant as JsonValue]),
      ...(isFlag ? [true, false] : []),
    ];
  });
  return [...new Set(values)];
}

/** What a key at this place means, in the schema's words. */
export function describeKey(
  root: JsonObject,
  path: readonly string[],
  key: string,
): string | undefined {
  return keysAt(root, path).find((each) => each.key === key)?.description;
}

/** Every schema that may describe a place. */
function schemasAt(root: JsonObject, path: readonly string[]): JsonObject[] {
  let here = branches(root, root);
  for (const step of path) {
    here = here
      .flatMap((schema) => [
        own(own(schema, 'properties'), step) ??
          own(schema, 'additionalProperties') ??
          own(schema, 'items'),
      ])
      .flatMap((schema) => branches(root, schema))
      .slice(0, MAX_SCHEMAS);
  }
  return here;
}

/** A schema and the branches of it, references followed. */
function branches(root: JsonObject, schema: unknown, depth = 0): JsonObject[] {
  const resolved = resolve(root, schema);
  if (!isJsonObject(resolved) || depth > 4) return [];
  const inner = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(own(resolved, key)));
  return [resolved, ...inner.flatMap((each) => branches(root, each, depth + 1))];
}

function resolve(root: JsonObject, schema: unknown): unknown {
  const reference = own(schema, '$ref');
  if (typeof reference !== 'string') return schema;
  if (reference === '#') return root;
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, step) => own(at, step), root);
}

function withDescription(root: JsonObject, key: string, property: unknown): Key {
  const found = own(property, 'description') ?? own(resolve(root, property), 'description');
  return typeof found === 'string' ? { key, description: found } : { key };
}

const listOf = (value: unknown): JsonValue[] => (Array.isArray(value) ? value : []);
const entriesOf = (value: unknown) => (isJsonObject(value) ? Object.entries(value) : []);
