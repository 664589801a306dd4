import { type JsonObject, own } from '@toolwarden/catalogue';

const NONE = {};
const FIELDS = ['inputResponses', 'requestState'] as const;

/** What a request carries beside its arguments in answer to a question of the server; absent where nothing. */
export function repliesIn(params: JsonObject): { replies?: JsonObject } {
  if (!FIELDS.some((field) => Object.hasOwn(params, field))) return NONE;
  const found = FIELDS.flatMap((field) => {
    const value = own(params, field);
    return value === undefined ? [] : [[field, value] as const];
  });
  return { replies: Object.fromEntries(found) };
}
