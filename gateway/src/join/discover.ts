import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { statelessVersions } from '../protocol/versions.ts';
import { type Join, within } from './join.ts';
import { wordsOf } from './joined-lists.ts';
import { GATEWAY, mergedCapabilities, mergedInstructions, shortestTtl } from './merge-openings.ts';
import { type Part, withoutProgress } from './part.ts';

/**
 * The result of `server/discover`; `undefined` where a server that answers knows only sessions. A client of both eras
 * then opens a session, in which it has all of them; else that server would be missing without a word.
 */
export async function discovered(join: Join, params: JsonObject): Promise<JsonObject | undefined> {
  const meta = withoutProgress(own(params, '_meta'));
  const asked = { ...(meta !== undefined && { _meta: meta }) };
  const answers = await Promise.all(
    join.parts.map((part) => within(join.waitMs, answerOf(join, part, asked))),
  );
  if (answers.includes('sessions only')) return undefined;
  const heard = answers.filter(isJsonObject);
  if (heard.length === 0) return undefined;
  const voices = join.parts.map(({ name }, at) => ({
    server: name,
    capabilities: own(isJsonObject(answers[at]) ? answers[at] : undefined, 'capabilities'),
    instructions: own(isJsonObject(answers[at]) ? answers[at] : undefined, 'instructions'),
  }));
  return {
    supportedVersions: [...statelessVersions],
    capabilities: mergedCapabilities(voices),
    instructions: mergedInstructions(voices),
    ...join.whole(heard.length === answers.length ? shortestTtl(heard) : 0),
    _meta: { 'io.modelcontextprotocol/serverInfo': GATEWAY },
  };
}

async function answerOf(
  join: Join,
  part: Part,
  params: JsonObject,
): Promise<JsonObject | 'sessions only' | undefined> {
  const connection = await part.reach();
  if (connection === undefined) return undefined;
  const answered = await join.ask(connection, part, 'server/discover', params);
  if ('result' in answered) {
    part.works();
    return isJsonObject(answered.result) ? answered.result : undefined;
  }
  part.leftOut(`it does not speak the stateless era: ${wordsOf(answered.error)}`);
  return answered.isOurs ? undefined : 'sessions only';
}
