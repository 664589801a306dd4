import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { joinedPage } from './asker.ts';
import { joinedAddress } from './joined-address.ts';

/** Where notices say what they are about, and what that is called at the joined endpoint. */
const NAMED: ReadonlyMap<
  unknown,
  { key: string; joined: (server: string, name: string) => string }
> = new Map([
  ['notifications/resources/updated', { key: 'uri', joined: joinedAddress }],
  ['notifications/elicitation/complete', { key: 'elicitationId', joined: joinedPage }],
]);

/**
 * A notice whose addresses and speakers are those of the joined endpoint; `undefined` where what it is about is no text: some
 * client might read one in it, and that would be another server's.
 */
export function renamedNotice(server: string, message: JsonObject): JsonObject | undefined {
  const { method, params } = message;
  const named = NAMED.get(method);
  if (named !== undefined) {
    const name = own(params, named.key);
    if (!isJsonObject(params) || typeof name !== 'string') return undefined;
    return { ...message, params: { ...params, [named.key]: named.joined(server, name) } };
  }
  if (method === 'notifications/message' && isJsonObject(params)) {
    const { logger } = params;
    const speaker = typeof logger === 'string' ? `${server}/${logger}` : server;
    return { ...message, params: { ...params, logger: speaker } };
  }
  return message;
}
