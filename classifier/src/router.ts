import type { Reading } from './reading.ts';

const ROUTED =
  /\bsub-?\s?commands? of (?:this|the) (?:server|tool)\b|\bruns? (?:an? |one of the )?sub-?\s?commands?\b|\bcommand router\b|\bhierarchical (?:\w+ ){0,2}command|\bsub-?\s?commands? (?:are|is|will be) (?:routed|dispatched|forwarded)\b|\b(?:discover|list|learn about) (?:the )?(?:available|supported) sub-?\s?commands?\b/i;
const ROUTED_FIELD =
  /\b(?:sub-?\s?command|(?:name of the )?command) to (?:execute|run|invoke|call|perform) (?:against|in|on|of|within|from|for|with) (?:the |this )?(?:\w+ )?(?:tool|group|area|namespace|category|module|toolset)\b|\bname of (?:the|a) (?:sub-?\s?)?command\b|^\W*(?:the )?sub-?\s?command\b/i;

/** Whether its `command` names one of the server's own commands, and is no program of the caller's. */
export function isRouter({ description, fields }: Reading): boolean {
  const command = fields.find(
    ({ name, depth }) => depth === 0 && /^(?:sub_?)?(?:command|cmd)(?:_?name)?$/i.test(name),
  );
  return (
    command !== undefined &&
    (ROUTED_FIELD.test(command.description) || ROUTED.test(description.slice(0, 4000)))
  );
}
