import type { JsonObject } from '@toolwarden/catalogue';

/** Prints a call's params with arguments that were printed before, for the record. */
export function printParams(params: JsonObject, argumentsText: string): string {
  const parts = Object.keys(params).map((key) => {
    const text = key === 'arguments' ? argumentsText : JSON.stringify(params[key]);
    return `${JSON.stringify(key)}:${text}`;
  });
  return `{${parts.join(',')}}`;
}
