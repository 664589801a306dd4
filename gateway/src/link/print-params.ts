import type { JsonObject } from '@toolwarden/catalogue';

/** Prints a call's params with arguments that were printed before, for the record. */
export function printParams(params: JsonObject, argumentsText: string): string {
  // Joined piece by piece: the engine then copies long arguments only once, when the message is written.
  let printed = '';
  for (const key of Object.keys(params)) {
    const text = key === 'arguments' ? argumentsText : JSON.stringify(params[key]);
    printed += `${printed === '' ? '{' : ','}${JSON.stringify(key)}:${text}`;
  }
  return printed === '' ? '{}' : `${printed}}`;
}
