import type { Category, Evidence } from '@toolwarden/catalogue';
import type { Act } from './act.ts';
import type { Acts } from './find-acts.ts';
import type { Field, Reading } from './reading.ts';
import { isRouter } from './router.ts';

/** An argument that is itself a program: a query, a shell command, an operation of an API. */
export type Program = {
  kind: 'code' | 'query' | 'api';
  category: Category;
  /** What shows it. */
  evidence: Pick<Evidence, 'pointer' | 'quote'>;
  /** What makes a query one that cannot change data. */
  readOnly?: Pick<Evidence, 'pointer' | 'quote'>;
};

const QUERY_NAME =
  /^(?:sql|sql_?(?:query|statement|text|string)|query_?(?:string|text|sql)?|queries|statements?|raw_?(?:query|sql)|cypher|gql|graphql|mutation|promql|logql|kql|dql|spl|aql|soql|sosl|jql|cql|nrql|sparql|flux|mql|esql|es_?query|expr|expression|pipeline|aggregation|metricsql|traceql|gaql|datalog|hql|select_?query|pxl|insightsql|query_?dsl|query_?body|\w{0,12}(?:sql|dql|kql)|\w{0,12}_?statement|wiql|oql|n1ql|sqlpp|hogql|fql|kusto|lucene)$/i;
const SURE_QUERY_NAME =
  /^(?:sql|sql_?(?:query|statement|text|string)|raw_?(?:query|sql)|cypher|mutation|promql|logql|kql|dql|spl|aql|soql|sosl|cql|nrql|sparql|metricsql|traceql|gaql|datalog|hql|n1ql|hogql|jql|wiql|esql|pxl|select_?query)$/i;
const READING_LANGUAGE =
  /\b(?:promql|prometheus quer(?:y|ies)|logql|kql|kusto|traceql|metricsql|dql|nrql|sparql|soql|sosl|jql|wiql|cql search|confluence query language|hogql|gaql|es\|ql|esql|logs? insights|lucene|graphql quer(?:y|ies)|elasticsearch|query dsl|splunk|flux (?:quer\w+|script|language)|logs? insights|xpath|jsonpath|opensearch|datalog|loki|log analytics|spl|query language for (?:analy[sz]ing|searching|querying|filtering|exploring))\b/i;
const CHANGING_LANGUAGE =
  /\b(?:sql|t-sql|plsql|psql|mysql|postgres(?:ql)?|sqlite|duckdb|bigquery|snowflake|clickhouse|databricks|cypher|gremlin|n1ql|mongosh|mongodb shell|redis commands?|aql|surrealql|graphql|statements?|db query|database query|databases?)\b/i;
const READ_ONLY_QUERY =
  /\bread[- ]?only\b|\bonly (?:supports? |allows? |accepts? |permits? )?(?:select|read|with)\b|\bselect[- ]only\b|\bselect (?:queries|statements?|query)\b(?! (?:and|or) (?:insert|update))|\b(?:only|just) `?select\b|\bselect\W{0,2} queries only\b|\bnon-?destructive quer/i;
/** A language that only looks like SQL need not change anything. */
const LIKE_SQL = /\bsql[- ](?:style|like)\b/gi;
const RUNS_QUERY = new Set([
  'run',
  'execute',
  'exec',
  'query',
  'call',
  'select',
  'perform',
  'search',
  'send',
  'submit',
  'fetch',
  'get',
  'read',
  'retrieve',
  'use',
  'invoke',
  'return',
  'manage',
  'evaluate',
  'list',
  'find',
  'do',
  'make',
  'lookup',
  'issue',
  'process',
  'request',
]);

const CODE_NAME =
  /^(?:code|script|source_?code|python_?code|js|javascript|js_?code|shell_?command|shell|bash|bash_?command|command|commands|cmd|command_?line|cmdline|cli_?command|program|snippet|function|expression|eval|py|python|python_?script|powershell|lua|script_?(?:content|code|body|text)|code_?snippet|jxa|applescript|script_?source|run_?command|input|stdin|exec|function_?declaration|function_?body|page_?function|vbs|ps1|sql_?script|r_?code|matlab_?code|file_?to_?run)$/i;
const CODE_VALUE_NAME = /(?:command|script|code)$/i;
const CODE_WORDS =
  /\b(?:shell|bash|zsh|powershell|terminal|command[- ]line|python|javascript|js|typescript|node\.?js|ruby|lua|php|perl|applescript|jxa|arbitrary code|code snippet|scripts?|os command|system command|cmd\.exe|repl|interpreter|code|matlab|r code|vba|macro|apex|gdscript|commands?|evaluate|expression)\b/i;
const CODE_RUN = new Set([
  'run',
  'execute',
  'exec',
  'eval',
  'evaluate',
  'invoke',
  'start',
  'spawn',
  'launch',
  'send',
  'interact',
  'bash',
  'shell',
  'powershell',
  'call',
  'create',
  'submit',
  'write',
  'manage',
  'do',
  'inject',
  'trigger',
  'process',
  'apply',
  'perform',
  'use',
  'operate',
  'control',
  'debug',
]);

const NOT_RUN = new Set<Act['kind']>([
  'compute',
  'generate',
  'create',
  'change',
  'remove',
  'mark',
  'upload',
  'save',
  'choose',
]);

/** The program that a caller supplies, where an argument is one. */
export function findProgram(reading: Reading, acts: Acts, isLive: boolean): Program | undefined {
  return codeOf(reading, acts, isLive) ?? queryOf(reading, acts) ?? apiOf(reading, acts);
}

function verbsOf({ name, lead }: Acts): Act[] {
  return [...(name === undefined ? [] : [name]), ...lead];
}

function key(field: Field): Program['evidence'] {
  return { pointer: field.pointer, quote: field.name };
}

function queryOf(reading: Reading, acts: Acts): Program | undefined {
  const stated = verbsOf(acts);
  const main = acts.lead[0] ?? acts.name;
  if (main !== undefined && NOT_RUN.has(main.kind) && !RUNS_QUERY.has(main.verb)) return undefined;
  if (stated.length > 0 && !stated.some(({ verb }) => RUNS_QUERY.has(verb))) return undefined;
  const words =
    `${reading.name.replace(/[_-]/g, ' ')} ${reading.title?.text ?? ''} ${reading.description.slice(0, 700)}`.replace(
      LIKE_SQL,
      '',
    );
  for (const field of reading.fields) {
    if (
      field.depth > 2 ||
      !QUERY_NAME.test(field.name) ||
      (field.type !== 'string' &&
        field.type !== '' &&
        !(field.type === 'array' && /pipeline|queries|statements|aggregation/i.test(field.name)) &&
        // A statement may be written as JSON.
        !(field.type === 'object' && /^(?:query_?(?:dsl|body)|es_?query)$/i.test(field.name)))
    )
      continue;
    const isSure = SURE_QUERY_NAME.test(field.name);
    // Search words may follow some syntax and are still search words.
    if (
      !isSure &&
      main?.verb === 'search' &&
      !/\b(?:sql|jql|statement|graphql)\b/i.test(field.description)
    )
      continue;
    const about = `${field.name} ${field.description}`.replace(LIKE_SQL, '');
    const language = queryLanguage(isSure, about, words, field);
    if (language === undefined) continue;
    const readOnly = readOnlyWords(reading, field);
    return {
      kind: 'query',
      category: language === 'reading' || readOnly !== undefined ? 'Read' : 'Execute',
      evidence: key(field),
      ...(readOnly && { readOnly }),
    };
  }
  return undefined;
}

function queryLanguage(
  isSure: boolean,
  about: string,
  words: string,
  field: Field,
): 'reading' | 'changing' | undefined {
  const named = /\b(?:sql|graphql|cypher|mutations?)\b/i;
  const isReading =
    READING_LANGUAGE.test(about) ||
    /^(?:promql|logql|kql|dql|spl|soql|sosl|jql|cql|nrql|sparql|metricsql|traceql|gaql|hogql|wiql|esql|select_?query)$/i.test(
      field.name,
    );
  if (isReading && !named.test(about.replace(/hogql|gaql/gi, ''))) return 'reading';
  if (isSure)
    return READING_LANGUAGE.test(words) && !/\bsql\b/i.test(about) ? 'reading' : 'changing';
  if (/^(?:pipeline|aggregation)$/i.test(field.name))
    return /\baggregat/i.test(words + about) ? 'reading' : undefined;
  if (/^(?:expr|expression)$/i.test(field.name))
    return READING_LANGUAGE.test(words) ? 'reading' : undefined;
  if (
    CHANGING_LANGUAGE.test(about) &&
    /\b(?:sql|graphql|cypher|statement|gremlin|aql|surrealql|database)\b/i.test(about)
  )
    return /\bgraphql\b/i.test(about + words) && !/\bmutation/i.test(about + words)
      ? 'reading'
      : 'changing';
  const isStatement =
    /\b(?:sql|graphql|cypher|promql|logql|kql|dql|nrql|raw) (?:quer|statement|command|mutation|read)|\b(?:executes?|runs?) (?:an? |the |any |raw |arbitrary |custom |your ){0,2}(?:t-)?sql\b|\bexecutes? (?:an? |the )?(?:\w+ )?(?:quer(?:y|ies)|statements?)\b|\bquer(?:y|ies) (?:against|on|in) (?:the |a |your )?(?:\w+ )?(?:database|db|warehouse|bigquery|cluster|graph)\b/i;
  if (/\bselect (?:quer(?:y|ies)|statements?)\b/i.test(words)) return 'reading';
  const isNamed =
    READING_LANGUAGE.test(words) && /\b(?:run|execute|query|perform)s?\b/i.test(words);
  if (
    (!isStatement.test(words) && !isNamed) ||
    /\b(?:search (?:term|string|text|query|keyword)|keywords?|natural[- ]language|question)\b/i.test(
      about,
    )
  )
    return undefined;
  if (READING_LANGUAGE.test(words) && !/\bsql\b/i.test(words)) return 'reading';
  if (/\bprometheus|loki|grafana|tempo\b/i.test(words) && !/\bsql\b/i.test(words)) return 'reading';
  return CHANGING_LANGUAGE.test(words)
    ? /\bgraphql\b/i.test(words) && !/\bmutation/i.test(words)
      ? 'reading'
      : 'changing'
    : undefined;
}

// Only words about the statement itself count: a claim elsewhere that "this tool is read-only" is no more than a claim.
function readOnlyWords(reading: Reading, field: Field): Program['evidence'] | undefined {
  for (const sentence of reading.sentences.slice(0, 12)) {
    const match = READ_ONLY_QUERY.exec(sentence.text);
    if (
      match === null ||
      DENIED.test(sentence.text.slice(Math.max(0, match.index - 30), match.index))
    )
      continue;
    if (!/\b(?:quer(?:y|ies)|sql|select|statements?|transactions?|database)\b/i.test(sentence.text))
      continue;
    return { pointer: '/description', quote: match[0] };
  }
  const inField = READ_ONLY_QUERY.exec(field.description);
  if (
    inField !== null &&
    !/\b(?:insert|update|delete|ddl)\b/i.test(field.description.slice(0, 200))
  )
    return { pointer: `${field.pointer}/description`, quote: inField[0] };
  const inName = /read[-_]?only|select[-_]?query|read[-_]?query|readQuery|selectQuery/i.exec(
    reading.name,
  );
  if (inName !== null) return { pointer: '/name', quote: inName[0] };
  const title = reading.title;
  const inTitle = title === undefined ? null : READ_ONLY_QUERY.exec(title.text);
  return inTitle === null || title === undefined
    ? undefined
    : { pointer: title.pointer, quote: inTitle[0] };
}
const DENIED = /\b(?:not|non|unless|isn't|without)\b/i;

const PAGE_JS = /\b(?:javascript|js|script|expression|function|code)\b/i;

function codeOf(reading: Reading, acts: Acts, isLive: boolean): Program | undefined {
  const stated = verbsOf(acts);
  if (!stated.some(({ verb }) => CODE_RUN.has(verb))) return undefined;
  const first = `${reading.name.replace(/[_-]/g, ' ')} ${reading.title?.text ?? ''} ${reading.sentences
    .slice(0, 4)
    .map(({ text }) => text.slice(0, 300))
    .join(' ')}`;
  if (isRouter(reading) && !/\b(?:shell|bash|terminal)\b/i.test(first)) return undefined;
  const isRunning =
    stated.some(({ category, kind }) => category === 'Execute' && kind !== 'stop') ||
    /\b(?:evaluat|execut|run)/i.test(first);
  for (const field of reading.fields) {
    if (field.depth > 3 || !['string', 'array', ''].includes(field.type) || field.values.length > 0)
      continue;
    const about = `${field.name} ${field.description.slice(0, 300)}`;
    if (!isRunning) break;
    if (isCodeField(field, about, first, isLive))
      return { kind: 'code', category: 'Execute', evidence: key(field) };
  }
  return undefined;
}

const SUM = /\b(?:math\w*|arithmetic|algebraic|numeric(?:al)?|calculator|calculus|cron)\b/i;

// Tools that run any other tool or operation by its name.
const ANY_OF = /\b(?:services?|actions?|functions?|commands?|procedures?|skills?|requests?)\b/;
const DISPATCH = /^(?:tool|operation|endpoint|method|api)s?$/;

function isCodeField(field: Field, about: string, first: string, isLive: boolean): boolean {
  const { name } = field;
  if (
    /\b(?:command (?:name|id)|slash command|voice command|command to invoke in|template)\b/i.test(
      about,
    )
  )
    return false;
  if (/^(?:input|stdin)$/i.test(name))
    return (
      /\b(?:terminal|repl|process|shell|interactive)\b/i.test(first) &&
      /\b(?:send|interact|write)/i.test(first)
    );
  if (/^(?:function|expression|eval)$/i.test(name))
    return (
      !SUM.test(about + first) &&
      PAGE_JS.test(about + first) &&
      /\b(?:javascript|js|page|evaluat|python|console|repl)/i.test(about + first)
    );
  if (/^(?:program|file_?to_?run|exec)$/i.test(name)) return CODE_WORDS.test(first);
  if (
    /^commands?$/i.test(name) &&
    field.type === 'array' &&
    !/\b(?:shell|bash|terminal|command line|argv)\b/i.test(about + first)
  )
    return false;
  if (CODE_NAME.test(name))
    return (
      CODE_WORDS.test(field.description) ||
      CODE_WORDS.test(first) ||
      (isLive && /^(?:js|javascript|script|code)/i.test(name))
    );
  // runCommand, percyRunCommand, buildScript: a command under a longer name.
  if (
    !CODE_VALUE_NAME.test(name) ||
    /(?:status|error|exit|country|zip|postal|lang|language|currency|qr|bar|area|response|http|promo|discount|coupon|color|state|region|product|sku|verification|auth|access|invite|source|short|project|airport|stock|share|iso|type|city|dial|phone|tax|unit)_?code$/i.test(
      name,
    )
  )
    return false;
  return (
    /\b(?:command|script|run|execut\w*|shell|container)\b/i.test(about) ||
    /\b(?:execut|run)\w* [\w ]{0,30}\bcode\b/i.test(first)
  );
}

const GENERIC_API =
  /\b(?:any|arbitrary|raw|generic|custom|direct|all) (?:\w+ ){0,3}(?:api|rest|endpoints?|http|methods?|requests?|operations?|rpc|graphql|calls?|data|commands?|cli)\b|\b(?:api|rest|graph|http) (?:requests?|calls?|endpoint) (?:to|against|with|by)|\b(?:make|send|execute|perform|invoke|call)s? (?:an? )?(?:\w+ ){0,3}(?:api (?:requests?|calls?|operations?|endpoints?|method)|http requests?|rest requests?|rpc)\b|\b(?:cli|gcloud|az|aws|kubectl|gh|helm|terraform|docker|git) commands?\b|\bcommands? (?:for|of|in) (?:the )?\w+ cli\b/i;
const PATH_FIELD =
  /^(?:path|endpoint|api_?path|uri|route|resource_?path|operation_?id|api_?method|method_?name|relative_?url|api_?endpoint|url_?path|request_?path)$/i;
const CLI_FIELD = /^(?:args|arguments|command|cli_?command|cmd|subcommand|commands|az_?command)$/i;

function apiOf(reading: Reading, acts: Acts): Program | undefined {
  const words = `${reading.name.replace(/[_-]/g, ' ')} ${reading.title?.text ?? ''} ${reading.description.slice(0, 600)}`;
  const top = reading.fields.filter(({ depth }) => depth === 0);
  const path = top.find(
    ({ name, type }) =>
      (PATH_FIELD.test(name) || /^urls?$/i.test(name)) && (type === 'string' || type === ''),
  );
  const method = top.find(
    ({ name, values }) =>
      /^(?:http_?)?method$|^verb$/i.test(name) &&
      values.filter(({ value }) => /^(?:get|post|put|patch|delete)$/i.test(value)).length >= 2,
  );
  const body = top.find(({ name }) =>
    /^(?:body|data|payload|query_?params?|params|json)$/i.test(name),
  );
  const cli = top.find(
    ({ name, type, values }) =>
      CLI_FIELD.test(name) && values.length === 0 && (type === 'string' || type === 'array'),
  );
  const isCli =
    cli !== undefined &&
    !isRouter(reading) &&
    /\b(?:cli|gcloud|az|aws|kubectl|gh|helm|terraform|docker|git|command-line)\b/i.test(words) &&
    verbsOf(acts).some(({ kind }) => kind === 'run') &&
    !/\brouter\b/i.test(words);
  if (isCli) return { kind: 'api', category: 'Execute', evidence: key(cli) };
  const dispatched = verbsOf(acts).find(
    ({ verb, object }) =>
      /^(?:execute|run|call|invoke|trigger|perform)$/.test(verb) &&
      (object.some((word, index) => DISPATCH.test(word) && isObjectEnd(object[index + 1])) ||
        (/\bany\b/i.test(words) &&
          (ANY_OF.test(object.join(' ')) || /\bany \w+ by (?:its )?(?:name|id)\b/i.test(words)))),
  );
  const target = top.find(
    ({ name, type, values }) =>
      /^(?:name|tool|operation|method|endpoint|function|api|service|action|procedure)(?:_?(?:name|id))?$/i.test(
        name,
      ) &&
      type === 'string' &&
      values.length === 0,
  );
  if (
    dispatched !== undefined &&
    target !== undefined &&
    top.some(
      ({ name, type }) =>
        type === 'object' || /^(?:arguments|params|parameters|input|args|payload)$/i.test(name),
    )
  )
    return { kind: 'api', category: 'Execute', evidence: key(target) };
  if (path !== undefined && /^urls?$/i.test(path.name)) {
    const isRequest =
      method !== undefined &&
      !verbsOf(acts).some(
        ({ kind, isWeak }) => !isWeak && (kind === 'create' || kind === 'change'),
      ) &&
      /\b(?:https?|rest|api|curl) (?:requests?|calls?)\b|\brequests?\b/i.test(words);
    return isRequest ? { kind: 'api', category: 'Execute', evidence: key(path) } : undefined;
  }
  if (path === undefined || !isApiPath(path, words, body ?? method)) return undefined;
  if (method !== undefined) return { kind: 'api', category: 'Execute', evidence: key(path) };
  const verb = oneVerb(reading, acts);
  if (verb !== undefined) return { kind: 'api', category: verb, evidence: key(path) };
  return GENERIC_API.test(words)
    ? { kind: 'api', category: 'Execute', evidence: key(path) }
    : undefined;
}

/** "A tool found by search": what comes after the noun belongs to it no more. */
function isObjectEnd(next: string | undefined): boolean {
  return (
    next === undefined ||
    /^(?:discovered|found|returned|listed|named|given|defined|available)$/.test(next)
  );
}

function isApiPath(path: Field, words: string, other: Field | undefined): boolean {
  const about = `${path.description} ${words}`;
  return (
    /\b(?:api|endpoint|rest|http)\b|\/rest\/|\/api\/|\/v\d+\//i.test(about) &&
    (other !== undefined || GENERIC_API.test(words) || /endpoint|operation/i.test(path.name)) &&
    !/\b(?:file|folder|directory)\b/i.test(path.description)
  );
}

/** The one HTTP verb a name fixes: `…_get`, `post_…`. */
function oneVerb(reading: Reading, { name }: Acts): Category | undefined {
  const word = reading.nameWords.find(({ text }) =>
    /^(?:get|head|post|put|patch|delete)$/.test(text),
  )?.text;
  if (word === undefined)
    return name?.category === 'Read' && /\bread\b/i.test(name.verb) ? 'Read' : undefined;
  return word === 'get' || word === 'head' ? 'Read' : 'Write';
}
