import { type CatalogueTool, own, readTool } from '@toolwarden/catalogue';
import {
  type Argument,
  argumentsOf,
  enumOf,
  isFlag,
  isList,
  isNumber,
  isText,
  isTextList,
  itemsOf,
} from './arguments.ts';
import * as words from './words.ts';

/** Where an argument's paths lead: a disk the server sees, or a project that the call names. */
export type PathKind = 'local' | 'relative' | 'remote';

/** What a tool's own schema says that a policy can hold on to. */
export type Signals = {
  amounts: Argument[];
  textAmounts: Argument[];
  paths: { argument: Argument; kind: PathKind }[];
  urls: { argument: Argument; hosts: string[] }[];
  recipients: Argument[];
  addresses: Argument[];
  lists: Argument[];
  programs: Argument[];
  pageSizes: Argument[];
  flags: Argument[];
  selectors: { argument: Argument; risky: string[]; safe: string[] }[];
};

/** Reads the signals of a tool that has been judged; `acts` is true for tools that change or set off something. */
export function signalsOf(tool: CatalogueTool): Signals {
  const all = argumentsOf(tool);
  const has = new Set(tool.judgement?.traits);
  const acts = tool.judgement?.category !== 'Read';
  const amountWords = has.has('financial') ? words.AMOUNT : words.PLAIN_AMOUNT;
  const isAmount = ({ name }: Argument) => acts && words.hasWord(name, amountWords);
  const reaches = has.has('communicates_externally') || has.has('bulk');
  const top = all.filter(({ steps }) => steps.length === 1);
  return {
    amounts: all.filter((each) => isNumber(each) && !isText(each) && isAmount(each)),
    textAmounts: all.filter(
      (each) => has.has('financial') && isText(each) && !isNumber(each) && isTextAmount(each),
    ),
    paths: all.flatMap((each) => {
      const kind = pathKind(each, tool, all);
      return kind === undefined ? [] : [{ argument: each, kind }];
    }),
    urls: all
      .filter(isUrl)
      .map((each) => ({ argument: each, hosts: hostsNamed(each) }))
      .filter(({ argument, hosts }) => isReached(argument, tool) || hosts.length > 0),
    recipients: all.filter(
      (each) => reaches && isList(each) && words.hasWord(each.name, words.RECIPIENT),
    ),
    addresses: all.filter((each) => has.has('communicates_externally') && isAddress(each)),
    lists: has.has('bulk') && acts ? top.filter(isList) : [],
    programs: has.has('code_execution')
      ? all.filter((each) => isText(each) && words.hasWord(each.name, words.PROGRAM))
      : [],
    pageSizes: has.has('private_data') && !acts ? all.filter(isPageSize) : [],
    flags: acts ? all.filter((each) => isRiskyFlag(each, has)) : [],
    selectors: all.flatMap((each) => selector(each, has)),
  };
}

const isTextAmount = ({ name }: Argument) =>
  words.hasWord(name, words.PLAIN_AMOUNT) && !/currency|code|id$/i.test(name);

// Words of a definition that place a path; each alternative is literal, so the search stays linear.
const FILE_WORDS =
  /\b(files?|director(y|ies)|folders?|disk|absolute|repository|workspace|local)\b/i;
const API_WORDS = /\b(api|endpoint|url|http|json ?path|xpath|secrets?|route|element)\b/i;
const LOCAL_WORDS = /\b(absolute|local|disk|working directory)\b/i;
const RELATIVE_WORDS = /\brelative\b/i;
const STRONG_PATH =
  /^(file_?path|path_?to_?file|files?_?paths?|absolute_?path|\w*absolute_?path|dir|directory|directory_?path|folder_?path|cwd|working_?dir(ectory)?|output_?(path|dir|file)|target_?path|archive_?path|local_?path|file_?name|filename|root_?(path|dir))$/i;

function pathKind(
  argument: Argument,
  tool: CatalogueTool,
  all: readonly Argument[],
): PathKind | undefined {
  const { name, description } = argument;
  if (!isText(argument) && !isTextList(argument)) return undefined;
  if (enumOf(argument.schema).length > 0) return undefined;
  const isPlace = words.hasWord(name, words.PLACE) && isAboutFiles(argument, tool);
  if (!words.hasWord(name, words.PATH) && !isPlace) return undefined;
  const isStrong = isPlace || STRONG_PATH.test(name);
  const about = `${description} ${readTool(tool.definition).description?.slice(0, 2000) ?? ''}`;
  const isRawCall = tool.judgement?.traits.includes('raw_query') === true;
  if (API_WORDS.test(`${name} ${description}`) || isRawCall) return undefined;
  if (!isStrong && !FILE_WORDS.test(about)) return undefined;
  if (LOCAL_WORDS.test(description)) return 'local';
  const others = all.filter(({ steps }) => steps.length === 1 && steps[0] !== argument.steps[0]);
  if (others.some((other) => isText(other) && words.hasWord(other.name, words.REMOTE))) {
    return 'remote';
  }
  return RELATIVE_WORDS.test(description) || /file_?name$/i.test(name) ? 'relative' : 'local';
}

// `source` and `destination` name many things; they are paths where the argument or the tool's own name says so.
function isAboutFiles({ description }: Argument, { definition }: CatalogueTool): boolean {
  const isNamed = words.hasWord(definition.name, words.FILES);
  return (
    /\bpath\b/i.test(description) ||
    (isNamed && (description === '' || FILE_WORDS.test(description)))
  );
}

function isUrl(argument: Argument): boolean {
  const { name, schema } = argument;
  if (!isText(argument) && !isTextList(argument)) return false;
  if (enumOf(schema).length > 0) return false;
  const format = own(isList(argument) ? itemsOf(schema) : schema, 'format');
  return format === 'uri' || format === 'url' || words.hasWord(name, words.URL_WORD);
}

// An address that is only kept in a record harms nobody; one that is called, fetched or sent does.
function isReached({ name }: Argument, { judgement }: CatalogueTool): boolean {
  const reaching = ['communicates_externally', 'untrusted_content', 'code_execution', 'raw_query'];
  return (
    judgement?.category === 'Execute' ||
    judgement?.traits.some((trait) => reaching.includes(trait)) === true ||
    /webhook|callback/i.test(name)
  );
}

// A host the definition itself names for this argument is a better start than a placeholder.
const NAMED_HOST = /\bhttps?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?=[/\s"'`),.;:?#]|$)/gi;

function hostsNamed({ schema, description }: Argument): string[] {
  const examples = [own(schema, 'default'), own(schema, 'examples'), own(schema, 'example')].flat();
  const text = [description, ...examples.filter((each) => typeof each === 'string')].join(' ');
  const hosts = [...text.slice(0, 4000).matchAll(NAMED_HOST)].map(([, host = '']) =>
    host.toLowerCase(),
  );
  return [...new Set(hosts)].slice(0, 5).sort();
}

const isAddress = (argument: Argument) =>
  isText(argument) &&
  !isList(argument) &&
  (own(argument.schema, 'format') === 'email' ||
    (/^(to|cc|bcc|recipient|email|to_?email|recipient_?email|email_?address)$/i.test(
      argument.name,
    ) &&
      /\be-?mail/i.test(`${argument.name} ${argument.description}`)));

const isPageSize = (argument: Argument) =>
  isNumber(argument) &&
  /^(limit|count|top|page_?size|per_?page|max_?results|max_?items|num_?results|first)$/i.test(
    argument.name,
  );

function isRiskyFlag(argument: Argument, has: ReadonlySet<string>): boolean {
  if (!isFlag(argument) || isText(argument) || !has.has('destructive_option')) return false;
  const isRisky =
    words.hasWord(argument.name, words.DESTRUCTIVE) ||
    words.hasWord(argument.name, words.WIDENING) ||
    /\breplace\b/i.test(argument.name);
  return isRisky && !/^(no|dont|skip|without|dry)_?/i.test(argument.name);
}

const SELECTING_TRAITS = ['multi_action', 'destructive', 'destructive_option', 'financial'];
const PROGRAM_TRAITS = ['code_execution', 'raw_query'];

function selector(argument: Argument, has: ReadonlySet<string>): Signals['selectors'] {
  const values = enumOf(argument.schema);
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < 2 || texts.length !== values.length) return [];
  const traits = [...SELECTING_TRAITS, ...PROGRAM_TRAITS];
  if (!traits.some((trait) => has.has(trait))) return [];
  if (!words.hasWord(argument.name, words.SELECTOR)) return [];
  const lists = [
    words.DESTRUCTIVE,
    ...(has.has('financial') ? [words.FINANCIAL] : []),
    ...(has.has('communicates_externally') ? [words.SENDING] : []),
    ...(has.has('code_execution') ? [words.RUNNING] : []),
  ];
  const risky = texts.filter((value) => lists.some((each) => words.hasWord(value, each)));
  const safe = texts.filter((value) => !risky.includes(value));
  return risky.length > 0 && safe.length > 0 ? [{ argument, risky, safe }] : [];
}
