import { type CatalogueTool, nameWords, readTool } from '@toolwarden/catalogue';
import { type Argument, enumOf, isText, isTextList, itemsOf } from './arguments.ts';
import * as words from './words.ts';

/** Where an argument's paths lead: a disk the server sees, the folder it starts from, or a project's own tree. */
export type PathKind = 'local' | 'relative' | 'remote';

// Words of a definition that place a path; each alternative is literal, so the search stays linear.
const FILE_WORDS =
  /\b(files?|director(y|ies)|folders?|disk|absolute|repo|repository|workspace|local)\b/i;
const API_WORDS = /\b(api|endpoint|url|http|json ?path|xpath|secrets?|route|element)\b/i;
const LOCAL_WORDS =
  /\b(absolute|local|disk|machine|working directory|full path|upload\w*|download\w*|import\w*|attach\w*)\b/i;
const RELATIVE_WORDS = /\b(relative|diff)\b/i;
const ON_DISK = /\b(absolute|local|disk|working directory|full path)\b/i;
const FILE_NAME = /file_?name|sub_?(folder|dir)/i;
// Said outright; then words such as HTTP elsewhere in the description mean something else.
const STATED_PATH =
  /^\W*(\w+ ){0,3}file paths?\b|\bpaths? (to|of) [^.]{0,60}\b(file|dataset|directory|folder)\b/i;
const FROM_REPOSITORY_ROOT = /\brelative to (the |your |a )?(git )?(repo|repository)\b/i;
const IN_REPOSITORY = /\b(in|inside|within) (the|a|your|this) (\w+ )?(repo|repository)\b/i;
// What a tool says of itself, where its own arguments also name a project.
const ON_REPOSITORY =
  /\b(in|inside|within|from|of) (the|a|your|this) (\w+ )?(repo|repository|project)\b|\brepository (tree|files?|commits?)\b|\b(merge|pull) requests?\b/i;
const STRONG_PATH =
  /^(file_?path|path_?to_?file|files?_?paths?|absolute_?path|\w*absolute_?path|dir|directory|directory_?path|folder_?path|cwd|working_?dir(ectory)?|output_?(path|dir|file)|target_?path|archive_?path|local_?path|file_?name|filename|root_?(path|dir))$/i;

/** What kind of path an argument holds; `undefined` where it holds none. */
export function pathKind(
  argument: Argument,
  tool: CatalogueTool,
  all: readonly Argument[],
): PathKind | undefined {
  const { name, description } = argument;
  if (!isText(argument) && !isTextList(argument)) return undefined;
  if (enumOf(argument.schema).length > 0 || enumOf(itemsOf(argument.schema)).length > 0) {
    return undefined;
  }
  const isPlace = words.hasWord(name, words.PLACE) && isAboutFiles(argument, tool);
  if (!words.hasWord(name, words.PATH) && !isPlace) return undefined;
  if (isLabel(argument) || isRecordFolder(argument, tool, all)) return undefined;
  if (STATED_PATH.test(description) || FILE_NAME.test(name)) return placeOf(argument, tool, all);
  const isStrong =
    isPlace || STRONG_PATH.test(name) || /^(?!full_?path$).+(Path|_path|Dir|_dir)$/.test(name);
  const about = `${description} ${aboutTool(tool)}`;
  const isRawCall = tool.judgement?.traits.includes('raw_query') === true;
  if (API_WORDS.test(`${name} ${description}`) || isRawCall) return undefined;
  if (!isStrong && !FILE_WORDS.test(about)) return undefined;
  return placeOf(argument, tool, all);
}

// In doubt a path is local: that is the narrower bound.
function placeOf(argument: Argument, tool: CatalogueTool, all: readonly Argument[]): PathKind {
  const { name, description } = argument;
  if (FROM_REPOSITORY_ROOT.test(description)) return 'remote';
  if (FILE_NAME.test(name) || /^file names?\b/i.test(description)) return 'relative';
  if (RELATIVE_WORDS.test(description) && !ON_DISK.test(description)) return 'relative';
  if (LOCAL_WORDS.test(description)) return 'local';
  if (IN_REPOSITORY.test(description)) return 'remote';
  const isCopied = LOCAL_WORDS.test(nameWords(`${tool.definition.name} ${name}`).join(' '));
  return !isCopied && isInNamedProject(argument, tool, all) ? 'remote' : 'local';
}

function isInNamedProject(argument: Argument, tool: CatalogueTool, all: readonly Argument[]) {
  const others = all.filter(({ steps }) => steps.length === 1 && steps[0] !== argument.steps[0]);
  // `projectRoot` is itself a place on a disk.
  const has = (list: ReadonlySet<string>) =>
    others.some(
      (other) =>
        isText(other) && words.hasWord(other.name, list) && !words.hasWord(other.name, words.PATH),
    );
  if (has(words.OWNER) && has(words.REPOSITORY) && has(words.CONTENT)) return true;
  return has(words.PROJECT) && ON_REPOSITORY.test(aboutTool(tool));
}

/** True for what only speaks of a file or folder: its id, its name, its description, a pattern for its name. */
function isLabel({ name, description }: Argument): boolean {
  const last = words.lastWord(name);
  if (FILE_NAME.test(name)) return false;
  if (words.LABEL.has(last)) return true;
  if (/^\s*(the )?contents? of\b/i.test(description)) return true;
  const isId = /\b(ID|UUID|GUID)s?\b/.test(description) || /\b(uu)?ids? of\b/i.test(description);
  return isId && !/\bpath\b/i.test(`${nameWords(name).join(' ')} ${description}`);
}

// Folders of mail and of secrets are written like paths, but no disk is behind them.
function isRecordFolder(
  { name, description }: Argument,
  tool: CatalogueTool,
  all: readonly Argument[],
): boolean {
  if (LOCAL_WORDS.test(description) || RELATIVE_WORDS.test(description)) return false;
  if (/\bfiles?\b/i.test(`${nameWords(name).join(' ')} ${description}`)) return false;
  const own = `${nameWords(tool.definition.name).join(' ')} ${description}`;
  if (/\b(mailbox(es)?|imap|inbox|vaults?|secrets?)\b/i.test(own)) return true;
  const hasProject = all.some((other) => words.hasWord(other.name, words.PROJECT));
  return hasProject && /\bfolder\b/i.test(own) && /\bdefaults? to \/(?![\w.])/i.test(description);
}

// `source` and `destination` name many things; they are paths where the argument or the tool's own name says so.
function isAboutFiles({ description }: Argument, { definition }: CatalogueTool): boolean {
  const isNamed = words.hasWord(definition.name, words.FILES);
  return (
    /\bpath\b/i.test(description) ||
    (isNamed && (description === '' || FILE_WORDS.test(description)))
  );
}

const aboutTool = ({ definition }: CatalogueTool) =>
  readTool(definition).description?.slice(0, 2000) ?? '';
