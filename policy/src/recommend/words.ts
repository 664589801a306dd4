/** Splits a name into lower-case words: `toRecipients`, `to_recipients` and `to-recipients` are the same. */
export function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** True where one of the name's words is in the list. */
export function hasWord(name: string, list: ReadonlySet<string>): boolean {
  return wordsOf(name).some((word) => list.has(word));
}

const list = (words: string) => new Set(words.split(' '));

/** Values and flags of a tool's own arguments that mark an act as one that cannot be undone. */
export const DESTRUCTIVE = list(
  'delete deletes remove removes drop destroy purge wipe erase truncate clear overwrite force forced hard ' +
    'permanent permanently uninstall revoke unlink kill terminate prune cascade clobber danger dangerous ' +
    'dangerously unsafe bypass unrestricted',
);

/** Values that commit or move money. */
export const FINANCIAL = list(
  'pay payment refund charge transfer withdraw payout buy sell purchase order trade subscribe capture',
);

/** Values that reach people or systems outside. */
export const SENDING = list('send publish post broadcast share email notify reply forward submit');

/** Values that set something going. */
export const RUNNING = list('run execute exec eval deploy install restore rollback restart start');

/** Flags that widen what one call touches. */
export const WIDENING = list('all recursive recursively everything global');

export const AMOUNT = list(
  'amount amounts price cost total sum fee tip budget spend payment value credits quantity qty units size shares stake',
);
/** Of the above, those that say money or goods whatever the tool is. */
export const PLAIN_AMOUNT = list('amount price budget spend payment credits quantity qty');
export const COUNTED = list('quantity qty units shares size');
export const CENTS = list('cents minor pence');
export const PAGE = list('limit count top size results rows per');
export const RECIPIENT = list(
  'to cc bcc recipient recipients attendee attendees invitee invitees members users emails addresses numbers ' +
    'phones channels subscribers contacts',
);
export const PATH = list('path paths file files filename filepath dir directory folder cwd root');
export const FILES = list('file files directory folder archive');
export const URL_WORD = list('url urls uri uris href webhook callback website');
/** Ends of a path's journey; paths only where the words around say so. */
export const PLACE = list('source destination src dst dest from to target');
export const PROGRAM = list('command code script program expression function shell cmd');
export const SELECTOR = list(
  'action actions operation op command mode method verb type sandbox permission permissions access behavior behaviour strategy',
);
/** Arguments that name a place in a remote project: then a path is a path in that project. */
export const REMOTE = list('owner repo repository project workspace bucket drive container');
