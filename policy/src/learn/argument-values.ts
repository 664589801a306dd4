import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';

/** What was seen of one argument over all calls of a tool. */
export type SeenArgument = {
  /** As policies write it: `args.a.b`, `args.list[*]`. */
  path: string;
  /** Every scalar that stood there; of a list, each item. */
  values: (string | number | boolean)[];
  /** Whether something other than a scalar stood there too, so that nothing can be said about all of it. */
  isMixed: boolean;
};

const PLAIN_NAME = /^[^.[\]"'\s]+$/;
const MOST_LEVELS = 8;

/** Gathers the scalars of many calls' arguments by path, sorted by path. */
export function argumentValues(calls: readonly JsonObject[]): SeenArgument[] {
  const seen = new Map<string, SeenArgument>();
  const visit = (path: string, value: JsonValue, level: number) => {
    if (isJsonObject(value) && level < MOST_LEVELS) {
      for (const [key, inner] of Object.entries(value)) {
        visit(`${path}${stepText(key)}`, inner as JsonValue, level + 1);
      }
      return;
    }
    if (Array.isArray(value) && level < MOST_LEVELS) {
      for (const item of value) visit(`${path}[*]`, item, level + 1);
      return;
    }
    const place = seen.get(path) ?? { path, values: [], isMixed: false };
    seen.set(path, place);
    if (value === null || typeof value === 'object') place.isMixed = true;
    else place.values.push(value);
  };
  for (const args of calls) visit('args', args, 0);
  return [...seen.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function stepText(key: string): string {
  return PLAIN_NAME.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
