import { type ArgumentView, hasAny, isText, type SignalView, wordSet } from './signal-view.ts';
import { FILE_NAMES } from './signal-words.ts';

/** The name of the first argument that fits. */
export const argument = (view: SignalView, fits: (argument: ArgumentView) => boolean) =>
  view.arguments.find(fits)?.name;

/** An argument of free text whose name ends in one of the words. */
export const text = (view: SignalView, words: ReadonlySet<string>) =>
  argument(view, (each) => isText(each.schema) && words.has(each.lastWord));

/** Whether the tool's name has one of the words. */
export const isNamed = (view: SignalView, words: ReadonlySet<string>) => hasAny(view.words, words);

/** What the tool's name and the beginning of its description say of a pattern. */
export const said = (view: SignalView, pattern: RegExp) => pattern.exec(view.text)?.[0];

/** The same of the name and the first sentence alone: what a tool is, without what else can be done instead. */
export const saidFirst = (view: SignalView, pattern: RegExp) =>
  pattern.exec(view.text.slice(0, 300).split(/[.!?]\s|\n/, 1)[0] ?? '')?.[0];

// An argument of these names places a path in somebody's project or bucket.
const REMOTE =
  /^(owner|org|repo|repository|account|mailbox|git_?lab_project|(project|workspace|site|team|namespace|drive|container|bucket)(_(id|key|path|name|ref|slug))?|[a-z_]*(folder|parent)_id|(spec|document|board|asset|dataset|collection|item|column|page|message|task|issue|ticket|card)_id)$/;
const PATH = wordSet('path paths filepath filename file files dir directory folder cwd');
const PLACE = wordSet('source destination src dst dest from to');
const FILE_WORDS = /\b(files?|filesystem|director(y|ies)|folders?|disk)\b/;
const DISK_WORDS = /\b(disk|local(ly)?|director(y|ies)|filesystem|folders?|path)\b/;
// Beside a namespace or a repository, a path is the disk's only where its own words say so.
const LOCAL_PATH =
  /\b((?<!local tools: )absolute path|local (file|path|director(y|ies)|folder)|path is read on the machine|path to the file to (attach|upload|send|import))\b/;
const NO_FILE =
  /\b(api|endpoints?|urls?|routes?|json ?path|xpath|http|namespace|group|catalog|element|page)\b/;

/** A path on a disk the server sees: no argument places it in a remote project, and nothing says it is a route. */
export function localPath(view: SignalView): string | undefined {
  const isRemote = view.arguments.some(({ snake }) => REMOTE.test(snake));
  const isAboutFiles = isNamed(view, FILE_NAMES);
  return argument(view, ({ words, snake, schema, isInner, text: about }) => {
    if (isInner && !words.has('path')) return false;
    if (!isText(schema) || words.has('id') || words.has('pattern') || words.has('glob'))
      return false;
    if (isRemote && hasAny(words, PATH) && LOCAL_PATH.test(about)) return true;
    if (NO_FILE.test(about) || view.words.has('cdn')) return false;
    if (isRemote) return words.has('local') && hasAny(words, PATH);
    if (PLACE.has(snake) && isAboutFiles) return true;
    if (snake === 'save_to' && /\bfile path\b/.test(about)) return true;
    // A mere name may be a label in a service; on a disk it is a place.
    if (/^file_?name$/.test(snake) && !DISK_WORDS.test(`${view.text} ${about}`)) return false;
    return hasAny(words, PATH) && FILE_WORDS.test(`${view.text} ${about}`);
  });
}

const URL_WORDS = wordSet('url urls uri href webhook website');
const OWN_THINGS = wordSet(
  'id workflow pipeline project issue repo repository job build run post tweet board ticket',
);

/** An address to go to: "id or URL" and "workflow URL" only name things of the service's own. */
export function isUrl({ words, lastWord, schema, format, text }: ArgumentView): boolean {
  return (
    isText(schema) &&
    !hasAny(words, OWN_THINGS) &&
    !/\b(url (pattern|substring)|substring of|alternative to \w+ ?id)\b/.test(text) &&
    (format === 'uri' || format === 'url' || URL_WORDS.has(lastWord))
  );
}

/** The name of one more tool to call; some routers call it a command. */
export function namesTool({ snake, text }: ArgumentView): boolean {
  return (
    /^(tool|tool_name|tool_slug|tool_id)$/.test(snake) ||
    /^name (the )?tool name\b/.test(text) ||
    (snake === 'command' && /\b(specified|chosen|named) tool\b/.test(text))
  );
}
