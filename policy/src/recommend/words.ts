import { nameWords } from '@toolwarden/catalogue';

/** True where one of the name's words is in the list. */
export function hasWord(name: string, list: ReadonlySet<string>): boolean {
  return nameWords(name).some((word) => list.has(word));
}

/** What kind of thing a name names: `parentFolderId` is an id; empty where it has no word. */
export const lastWord = (name: string) => nameWords(name).at(-1) ?? '';

const list = (words: string) => new Set(words.split(' '));

/** Values and flags of a tool's own arguments that mark an act as one that cannot be undone. */
export const DESTRUCTIVE = list(
  'delete deletes remove removes drop destroy purge wipe erase truncate clear overwrite force forced hard ' +
    'permanent permanently uninstall revoke unlink kill terminate prune cascade clobber danger dangerous ' +
    'dangerously unsafe bypass unrestricted',
);

/** Values that commit or move money. */
export const FINANCIAL = list(
  'pay payment refund credit debit charge transfer withdraw payout buy sell purchase order trade ' +
    'subscribe capture',
);

/** Values that reach people or systems outside. */
export const SENDING = list('send publish post broadcast share email notify reply forward submit');

/** Values that set something going. */
export const RUNNING = list('run execute exec eval deploy install restore rollback restart start');

/** Flags that widen what one call touches. */
export const WIDENING = list('all recursive recursively everything global');

export const AMOUNT = list(
  'amount amounts price cost total sum fee tip budget spend value credits quantity qty units size shares stake',
);
/** Of the above, those that say money or goods whatever the tool is. */
export const PLAIN_AMOUNT = list('amount price budget spend credits quantity qty');
export const COUNTED = list('quantity qty units shares size');
export const CENTS = list('cents minor pence');
export const RECIPIENT = list(
  'to cc bcc recipient recipients attendee attendees invitee invitees members users emails addresses numbers ' +
    'phones channels subscribers contacts',
);
export const PATH = list(
  'path paths file files filename filepath dir directory folder subfolder subdir cwd root',
);
export const FILES = list('file files directory folder archive');
export const URL_WORD = list('url urls uri uris href webhook callback website');
/** Ends of a path's journey; paths only where the words around say so. */
export const PLACE = list('source destination src dst dest from to target output');
export const PROGRAM = list('command code script program expression function shell cmd');
export const SELECTOR = list(
  'action actions operation op command mode method verb type sandbox permission permissions access behavior behaviour strategy',
);
/** Arguments that name a project elsewhere; with a path and its content, the path is one in that project. */
export const OWNER = list('owner org organization');
export const REPOSITORY = list('repo repository');
export const CONTENT = list('content contents');
export const PROJECT = list('repo repository project');
/** Last words of names that speak of a thing without being its path. */
export const LABEL = list('id ids uuid sid name names description pattern patterns');
/** Last words of names that speak of an address without being one. */
export const NOT_URL = list(
  'method event events contains filter filters pattern patterns id ids sid type status name enabled timeout',
);
export const IDS = list('id ids sid');
export const DOCS = list('doc docs documentation');
/** Last words of names that speak of money without being an amount. */
export const NOT_QUANTITY = list(
  'method connector type failure status currency code id ids sid reason mode name description url',
);
