import { gatewayConfigJsonSchema, lockJsonSchema } from '@toolwarden/gateway/schemas';
import { policyJsonSchema } from '@toolwarden/policy';
import { printJson } from './json-file.ts';

/** The schemas that editors complete by, each at the address that a document names as its `$schema`. */
export function schemaFiles(origin: string): [path: string, text: string][] {
  const schemas = {
    policy: policyJsonSchema(),
    lock: lockJsonSchema(),
    gateway: gatewayConfigJsonSchema(),
  };
  return Object.entries(schemas).map(([name, schema]) => {
    const path = `schemas/${name}.schema.json`;
    return [path, printJson({ $id: new URL(`/${path}`, origin).href, ...schema })];
  });
}
