import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';

/** An argument that clients of the stateless era repeat in a header `Mcp-Param-…`. */
export type HeaderParameter = { path: readonly string[]; header: string; isNumber: boolean };

const KEY = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES = new Set(['string', 'integer', 'boolean']);
const MAX_DEPTH = 64;

/**
 * The arguments of a tool that stand in headers, or what is wrong with how its schema says so. Where it is wrong, no two
 * readers need agree on what the headers mean, so such a tool is not offered.
 */
export function headerParameters(definition: JsonObject): HeaderParameter[] | string {
  const schema = own(definition, 'inputSchema');
  if (!isJsonObject(schema)) return NONE;
  let known = cache.get(schema);
  if (known === undefined) {
    known = readParameters(schema);
    cache.set(schema, known);
  }
  return known;
}

const NONE: HeaderParameter[] = [];
const cache = new WeakMap<JsonObject, HeaderParameter[] | string>();

function readParameters(schema: JsonObject): HeaderParameter[] | string {
  const found: HeaderParameter[] = [];
  collect(schema, [], found);
  // Anywhere else (in lists, alternatives, references) an argument's place is not fixed.
  const declared = count(schema, 0);
  if (declared !== found.length) return `${KEY} stands where no argument's place is fixed`;
  const seen = new Set<string>();
  for (const { path, header } of found) {
    const name = path.join('.');
    if (!TOKEN.test(header)) return `${name}: ${KEY} is no name of a header`;
    if (!TYPES.has(typeAt(schema, path)))
      return `${name}: ${KEY} on something other than text, whole number or boolean`;
    if (seen.has(header.toLowerCase())) return `${name}: ${KEY} is given twice`;
    seen.add(header.toLowerCase());
  }
  return found;
}

function collect(schema: JsonValue | undefined, path: string[], found: HeaderParameter[]): void {
  if (path.length > MAX_DEPTH) return;
  const properties = own(schema, 'properties');
  if (!isJsonObject(properties)) return;
  for (const [key, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const here = [...path, key];
    if (Object.hasOwn(property, KEY)) {
      const header = own(property, KEY);
      const isNumber = own(property, 'type') === 'integer';
      found.push({ path: here, header: typeof header === 'string' ? header : '', isNumber });
    }
    collect(property, here, found);
  }
}

function typeAt(schema: JsonObject, path: readonly string[]): string {
  const property = path.reduce<JsonValue | undefined>(
    (holder, key) => own(own(holder, 'properties'), key),
    schema,
  );
  const type = own(property, 'type');
  return typeof type === 'string' ? type : '';
}

// A property may be called like the key itself: below `properties` names are names.
function count(value: JsonValue, depth: number, areNames = false): number {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value))
    return value.reduce<number>((sum, each) => sum + count(each, depth + 1), 0);
  let sum = !areNames && Object.hasOwn(value, KEY) ? 1 : 0;
  for (const [key, each] of Object.entries(value)) {
    if (DATA_KEYS.has(key) && !areNames) continue;
    sum += count(each, depth + 1, !areNames && NAME_KEYS.has(key));
  }
  return sum;
}

const NAME_KEYS = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);
/** What stands there is data, no schema. */
const DATA_KEYS = new Set(['const', 'default', 'enum', 'examples']);
