import { type CatalogueTool, own } from '@toolwarden/catalogue';
import {
  type Argument,
  argumentsOf,
  enumOf,
  isFlag,
  isList,
  isNumber,
  isText,
} from './arguments.ts';
import { type PathKind, pathKind } from './path-signals.ts';
import { type UrlSignal, urlSignals } from './url-signals.ts';
import * as words from './words.ts';

/** What a tool's own schema says that a policy can hold on to. */
export type Signals = {
  amounts: Argument[];
  textAmounts: Argument[];
  paths: { argument: Argument; kind: PathKind }[];
  urls: UrlSignal[];
  recipients: Argument[];
  addresses: Argument[];
  lists: Argument[];
  programs: Argument[];
  pageSizes: Argument[];
  flags: Argument[];
  selectors: { argument: Argument; risky: string[]; safe: string[] }[];
};

// A page recommends three profiles for the tool, and its server's three more.
const known = new WeakMap<CatalogueTool, Signals>();

/** The signals of a tool that has been judged. */
export function signalsOf(tool: CatalogueTool): Signals {
  const before = known.get(tool);
  if (before !== undefined) return before;
  const signals = readSignals(tool);
  known.set(tool, signals);
  return signals;
}

/** `acts` is true for tools that change or set off something. */
function readSignals(tool: CatalogueTool): Signals {
  const all = argumentsOf(tool);
  const has = new Set(tool.judgement?.traits);
  const acts = tool.judgement?.category !== 'Read';
  const amountWords = has.has('financial') ? words.AMOUNT : words.PLAIN_AMOUNT;
  const isAmount = (each: Argument) =>
    acts && words.hasWord(each.name, amountWords) && isQuantity(each);
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
    urls: urlSignals(tool, all),
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
    selectors: all.flatMap((each) => selector(each, has, quotedActs(tool, each))),
  };
}

const isTextAmount = (each: Argument) =>
  words.hasWord(each.name, words.PLAIN_AMOUNT) && isQuantity(each);

// `PaymentMethod` or `priceCurrency` say what is paid with, not how much; nor does one of listed values.
const isQuantity = ({ name, schema }: Argument) =>
  enumOf(schema).length === 0 && !words.NOT_QUANTITY.has(words.lastWord(name));

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

function selector(
  argument: Argument,
  has: ReadonlySet<string>,
  quoted: readonly string[],
): Signals['selectors'] {
  const values = enumOf(argument.schema);
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < 2 || texts.length !== values.length) return [];
  const traits = [...SELECTING_TRAITS, ...PROGRAM_TRAITS];
  if (!traits.some((trait) => has.has(trait))) return [];
  const lists = [
    words.DESTRUCTIVE,
    ...(has.has('financial') ? [words.FINANCIAL] : []),
    ...(has.has('communicates_externally') ? [words.SENDING] : []),
    ...(has.has('code_execution') ? [words.RUNNING] : []),
  ];
  const named = texts.filter((value) => lists.some((each) => words.hasWord(value, each)));
  const isNamed = named.length > 0 && words.hasWord(argument.name, words.SELECTOR);
  // A quote alone may name one act of several, so there asking always stays.
  const asksAlways = has.has('destructive') || has.has('financial');
  if (!isNamed && (asksAlways || quoted.length === 0)) return [];
  const risky = texts.filter((value) => named.includes(value) || quoted.includes(value));
  const safe = texts.filter((value) => !risky.includes(value));
  return risky.length > 0 && safe.length > 0 ? [{ argument, risky, safe }] : [];
}

const IRREVERSIBLE = ['destructive', 'destructive_option', 'financial'];

/** The argument's listed values that the classification quotes as what removes data or moves money. */
function quotedActs({ classification }: CatalogueTool, { schema }: Argument): string[] {
  const quotes = (classification?.evidence ?? [])
    .filter((each) => IRREVERSIBLE.includes(each.for))
    .map(({ quote }) => quote.replace(/^"(.*)"$/s, '$1'));
  return enumOf(schema).filter(
    (value) => typeof value === 'string' && quotes.includes(value),
  ) as string[];
}
