import type { Act } from '../act.ts';
import { clauseOf } from '../clause.ts';

const HOLLOW =
  /^(?:information|details?|data|lists?|listing|info|contents?|results?|metadata|full|text|specific|available|set|array|overview|summary|body|recent|latest|paginated|items?|properties|attributes|single|by|for|messages_list|objects?|collection|instance|resource|page|batch)$/;
const ABOUT =
  /^(?:about|on|of|for|from)\s+(?:(?:an?|the|your|one or more|a specific|specific|given|single|all|any|each|multiple|current|this|that)\s+){0,3}((?:[\w'-]+\s*){1,5}?)(?=\s*(?:\b(?:by|with|using|in|from|to|including|and|or|that|which|based|via|as|on|for|of|at|within|when)\b|$))/i;

/** The nouns that say what an act is about: the object's last one, and what follows where that one says little. */
export function heads(act: Act): string[] {
  const { object, objectText } = act;
  const last = object.at(-1);
  if (last === undefined) return [];
  // "Messages of a channel": the messages.
  const owned = /([\w'-]+)\s+of\s/i.exec(objectText)?.[1]?.toLowerCase();
  if (owned !== undefined && object.includes(owned) && !HOLLOW.test(owned)) return [owned];
  if (!HOLLOW.test(last)) return [last];
  // Only what follows the hollow word at once is what it is about.
  const clause = clauseOf(act);
  const rest =
    clause?.startsWith(objectText) === true ? clause.slice(objectText.length).trim() : '';
  const about = ABOUT.exec(rest);
  const noun = about?.[1]?.trim().toLowerCase().split(/\s+/).at(-1);
  // "Details for an email template": the template, not the email.
  return noun === undefined || noun === ''
    ? [...object].reverse()
    : [noun, ...[...object].reverse()];
}

/** All words of an act's object. */
export function words({ object }: Act): string[] {
  return object;
}
