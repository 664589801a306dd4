import { wordSet } from './signal-view.ts';

// What schema signals look for in names and texts; each list is used where a signal of that kind is found.

export const STORING = wordSet(
  'create add store save remember write update upsert insert ingest index append set put upload',
);
export const PUBLISHING = wordSet(
  'publish post create tweet retweet share reply thread send comment upload schedule',
);
export const NOT_STARTING = wordSet(
  'stop abort cancel pause terminate delete remove get list read update',
);
export const NOT_PUBLISHING = wordSet(
  'get list search find fetch read delete remove like bookmark',
);
export const STARTING = wordSet(
  'run start execute trigger launch deploy build create send generate invoke call crawl train submit schedule restart retry import export scale migrate broadcast rerun render install upgrade apply rollout rollback',
);
export const MESSAGE_WORDS = wordSet(
  'body message text content html caption tweet tweets comment subject blocks',
);
export const RECIPIENT_WORDS = wordSet(
  'to cc bcc recipient recipients attendees invitees channel phone email emails chat',
);
export const OPTION_WORDS = wordSet(
  'args arguments flags options ref refs branch branches revision commit commits tag target extra',
);
export const IN_PAGE = /\b(pages?|documents?|navigations?|browsers?)\b/;
// What git uploads are commits.
export const UPLOADS =
  /\bupload(s|ing)?\b.{0,40}\b(files?|images?|pdfs?|csv|datasets?|attachments?|documents?|videos?|apk)\b|\bput a file where\b/;
// Words of an address that something goes to, and of one that merely names or is kept.
export const GOES_THERE =
  /\b(navigate|fetch|scrape|scraped|crawl|extract|download|imports?|clone|open|load|map|scan|(to|for the) test|compress|webhook|proxy|pdf|accessible|image to attach|upload url)\b/;
export const NAMES_ONLY =
  /\b(filter|fallback|tab|remote|attached|attachment|hyperlink|link to|docs|documentation)\b/;
export const FILE_NAMES = wordSet('file files directory directories folder folders path dir tree');
export const TABLE_WORDS = wordSet('table tables column columns where');
/** Last words of arguments that hold what is written. */
export const WRITTEN_WORDS = wordSet('content text string edits patch diff');
