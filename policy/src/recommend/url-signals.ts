import { type CatalogueTool, nameWords, own, readTool } from '@toolwarden/catalogue';
import { type Argument, enumOf, isList, isText, isTextList, itemsOf } from './arguments.ts';
import * as words from './words.ts';

/** An argument by which the caller names an address, and hosts that the definition gives as examples. */
export type UrlSignal = { argument: Argument; hosts: string[] };

/** The arguments whose addresses are called, fetched or sent. */
export function urlSignals(tool: CatalogueTool, all: readonly Argument[]): UrlSignal[] {
  return all
    .filter(isUrl)
    .map((argument) => ({ argument, hosts: hostsNamed(argument, tool) }))
    .filter(({ argument, hosts }) => isReached(argument, tool) || hosts.length > 0);
}

function isUrl(argument: Argument): boolean {
  const { name, schema, description } = argument;
  if (!isText(argument) && !isTextList(argument)) return false;
  if (enumOf(schema).length > 0 || enumOf(itemsOf(schema)).length > 0) return false;
  const format = own(isList(argument) ? itemsOf(schema) : schema, 'format');
  if (format === 'uri' || format === 'url') return true;
  if (!words.hasWord(name, words.URL_WORD) || words.NOT_URL.has(words.lastWord(name))) return false;
  // `id_or_url` also takes what is no address, and a filter only compares.
  return (
    !words.hasWord(name, words.IDS) && !/\burl (substring|filter|pattern)\b/i.test(description)
  );
}

const REACHING_WORDS =
  /\b(webhooks?|callbacks?|upload(s|ed|ing)?|import(s|ed|ing)?|notify|notifies|notifications?|download(s|ed|ing)?|fetch(es|ed|ing)?|from (a |an |the )?url)\b/i;
// What an argument says of its own address.
const CALLED_WORDS = /\b(calls?|called|retriev(e|es|ing)|publicly|redirect|origin|file path)\b/i;

// An address that is only kept in a record harms nobody; one that is called, fetched or sent does.
function isReached({ name, description }: Argument, { definition, judgement }: CatalogueTool) {
  const reaching = ['communicates_externally', 'untrusted_content', 'code_execution', 'raw_query'];
  if (judgement?.category === 'Execute') return true;
  if (judgement?.traits.some((trait) => reaching.includes(trait)) === true) return true;
  const names = nameWords(`${definition.name.slice(0, 100)} ${name}`).join(' ');
  if (judgement?.category === 'Read') return /\b(webhook|callback)\b/i.test(names);
  const told = readTool(definition).description?.slice(0, 4000) ?? '';
  return REACHING_WORDS.test(`${names} ${description} ${told}`) || CALLED_WORDS.test(description);
}

const ADDRESS =
  /\bhttps?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d{1,5})?)(?=([/\s"'`),.;?#]|$))/gi;
const EXAMPLE_WORDS =
  /\b(e\.g\.?|eg|such as|for example|examples?|like|formats?)(?=[\s:,("'`]|$)/gi;

/** A host that the definition gives as an example is a better start than a placeholder; a link to its manual is none. */
function hostsNamed({ schema, description }: Argument, tool: CatalogueTool): string[] {
  const given = [own(schema, 'default'), own(schema, 'examples'), own(schema, 'example')].flat();
  const values = given.filter((each) => typeof each === 'string');
  const stated = values.flatMap((value) => addressesIn(value.slice(0, 2000)));
  const isAboutDocs = words.hasWord(tool.definition.name, words.DOCS);
  const text = description.slice(0, 4000);
  const told = addressesIn(text).filter(
    (address) => isExample(text, address.at) && (isAboutDocs || !isManual(text, address)),
  );
  return [...new Set([...stated, ...told].map(({ host }) => host))].slice(0, 5).sort();
}

type Found = { host: string; at: number };

const addressesIn = (text: string): Found[] =>
  [...text.matchAll(ADDRESS)].map((match) => ({
    host: (match[1] ?? '').toLowerCase(),
    at: match.index,
  }));

/** True where words such as "e.g." stand before it in the same sentence. */
function isExample(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at);
  const marker = [...before.matchAll(EXAMPLE_WORDS)].at(-1);
  if (marker === undefined || before.endsWith('](')) return false;
  return !/[.!?]\s+[A-Z]/.test(before.slice(marker.index + marker[0].length));
}

function isManual(text: string, { host, at }: Found): boolean {
  const path = text.slice(at).replace(/^https?:\/\/[^/\s]*/i, '');
  return /^(docs?|support|help)\./.test(host) || /^\/docs?\b/i.test(path);
}
