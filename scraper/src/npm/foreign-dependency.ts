import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';

/**
 * A package in a lock that did not come from a registry, by its path. An allow-list: npm leaves the registry's own
 * addresses out when asked to, older ones write them down, and whatever else stands there is foreign.
 */
export function foreignDependency(packages: JsonObject, registries: string[]): string | undefined {
  return Object.keys(packages).find((path) => {
    const entry = own(packages, path);
    if (!isJsonObject(entry) || ![undefined, false].includes(own(entry, 'link') as undefined))
      return true;
    const resolved = own(entry, 'resolved');
    return resolved !== undefined && !isOfRegistry(resolved, registries);
  });
}

function isOfRegistry(resolved: unknown, registries: string[]): boolean {
  if (typeof resolved !== 'string' || !/^https?:\/\//.test(resolved)) return false;
  return URL.canParse(resolved) && registries.includes(new URL(resolved).host);
}
