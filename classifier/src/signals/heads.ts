import type { Act } from '../act.ts';

const HOLLOW =
  /^(?:information|details?|data|lists?|info|contents?|results?|metadata|full|text|specific|available|set|array|overview|summary|body|recent|latest|paginated|items?|id|ids|properties|attributes|single|by|for|messages_list|objects?)$/;

/** The nouns that say what an act is about: the object's last one, and what follows where that one is hollow. */
export function heads(act: Act): string[] {
  const { object } = act;
  const last = object.at(-1);
  if (last === undefined) return [];
  return HOLLOW.test(last) ? [...object].reverse() : [last];
}

/** All words of an act's object. */
export function words({ object }: Act): string[] {
  return object;
}
