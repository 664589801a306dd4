import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { metaKeys } from '../protocol/methods.ts';

/**
 * What a client says of itself, without that it takes part in tasks: their ids are one server's or one client's, and
 * would be asked for by others here.
 */
export function withoutTasks(params: JsonObject): JsonObject {
  const capabilities = own(params, 'capabilities');
  if (isJsonObject(capabilities)) return { ...params, capabilities: strip(capabilities) };
  const meta = own(params, '_meta');
  const said = own(meta, metaKeys.capabilities);
  if (!isJsonObject(meta) || !isJsonObject(said)) return params;
  return { ...params, _meta: { ...meta, [metaKeys.capabilities]: strip(said) } };
}

function strip({ tasks: _, ...capabilities }: JsonObject): JsonObject {
  const extensions = own(capabilities, 'extensions');
  if (!isJsonObject(extensions)) return capabilities;
  const kept = Object.entries(extensions).filter(([name]) => !name.endsWith('/tasks'));
  return { ...capabilities, extensions: Object.fromEntries(kept) };
}
