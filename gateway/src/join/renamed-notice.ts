import { isJsonObject, type JsonObject } from '@toolwarden/catalogue';
import { joinedPage } from './asker.ts';
import { joinedAddress } from './joined-address.ts';

/** A notice whose addresses and speakers are those of the joined endpoint. */
export function renamedNotice(server: string, message: JsonObject): JsonObject {
  const { method, params } = message;
  if (!isJsonObject(params)) return message;
  const { uri, logger, elicitationId } = params;
  if (method === 'notifications/resources/updated' && typeof uri === 'string') {
    return { ...message, params: { ...params, uri: joinedAddress(server, uri) } };
  }
  if (method === 'notifications/elicitation/complete' && typeof elicitationId === 'string') {
    return { ...message, params: { ...params, elicitationId: joinedPage(server, elicitationId) } };
  }
  if (method === 'notifications/message') {
    const speaker = typeof logger === 'string' ? `${server}/${logger}` : server;
    return { ...message, params: { ...params, logger: speaker } };
  }
  return message;
}
