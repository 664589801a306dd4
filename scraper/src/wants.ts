/** What a server asks for in its own output: variables, options, words after the command. */

const VARIABLE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){1,12}\b/g;
// Codes of errors and names that Node or a shell, not the server, means.
const NO_VARIABLE =
  /^(ERR_|E[A-Z]+_|NODE_|NPM_|MODULE_NOT_FOUND|UND_ERR|UV_|SIG|HTTP_\d|UTF_|MCP_ERROR|INVALID_|MISSING_|UNKNOWN_|FATAL_|JSON_RPC|STACK_TRACE)|_(ERROR|FAILED|MISSING|INVALID|NOT_FOUND|REQUIRED|DENIED)$/;
/** One word is a variable only where the line says so: `export DSN=…`, `environment variable TOKEN`. */
const PLAIN_VARIABLE =
  /\b(?:export |environment variables?:? )[`'"]?([A-Z][A-Z0-9]{2,30})(?=[`'"=\s.,]|$)/;
const WANTED =
  /required|requires|must|missing|not (?:set|found|provided|defined|configured|specified)|please|environment|need|empty|invalid|undefined|expected|provide|set\b|export/i;
const MAX_VARIABLES = 12;

/** Variables that the server's own output asks for by name. */
export function variablesNamed(output: string): string[] {
  const lines = beforeUsage(output)
    .split('\n')
    .filter((line) => line.length < 2000);
  const names: string[] = [];
  for (const [index, line] of lines.entries()) {
    const isAsked =
      WANTED.test(line) ||
      WANTED.test(lines[index - 1] ?? '') ||
      WANTED.test(lines[index - 2] ?? '');
    if (!isAsked || /^\s+at /.test(line)) continue;
    const found = [...line.matchAll(VARIABLE)]
      .map(([name]) => name)
      .filter((name) => !NO_VARIABLE.test(name));
    const plain = PLAIN_VARIABLE.exec(line)?.[1];
    if (plain && !NO_VARIABLE.test(plain)) found.push(plain);
    // "A or B": one is enough, and ways to log in often exclude each other.
    const isChoice = found.length > 1 && /\bor\b|\//.test(line) && !/\band\b/.test(line);
    names.push(...(isChoice ? found.slice(0, 1) : found));
  }
  const all = new Set(names);
  // A file or path beside the value itself wins in many servers, and then cannot be read.
  return [...all]
    .filter((name) => !/_(FILE|PATH)$/.test(name) || !all.has(name.replace(/_(FILE|PATH)$/, '')))
    .slice(0, MAX_VARIABLES);
}

/** What stands before a usage text: there a server says what it lacks, after it all it knows. */
function beforeUsage(output: string): string {
  const at = output.search(
    /^[ \t]*(?:usage|commands|options|arguments|examples?|environment variables)[ \t]*:/im,
  );
  return at > 0 && output.slice(0, at).trim() !== '' ? output.slice(0, at) : output;
}

const MAX_OPTIONS = 4;

/** Options a line of output calls for: `--token`, `required option '--project-id <id>'`. */
export function optionsNamed(output: string): string[] {
  const lines = beforeUsage(output)
    .split('\n')
    .filter((line) => line.length < 2000);
  const options = lines.flatMap((line, index) => {
    // The list that follows a sentence: `- token: your token`.
    const isListed = /required arguments? (?:are|is) missing/i.test(lines[index - 1] ?? '');
    const listed = isListed ? /^\s*[-*] ([\w-]{1,60}):/.exec(line)?.[1] : undefined;
    if (listed) return [`--${listed}`];
    if (
      !/required|missing|must|please|provide|specify|need|pass/i.test(line) ||
      /^\s*--?\w/.test(line)
    )
      return [];
    const found = [...line.matchAll(/(?<![\w-])--[a-z][a-z0-9-]{1,40}/gi)].map(([name]) => name);
    const unmarked = /missing required (?:arguments?|flags?|options?):? ([\w, -]{1,200})/i.exec(
      line,
    )?.[1];
    const named = (unmarked?.split(',') ?? [])
      .map((name) => name.trim())
      .filter((name) => /^[\w-]+$/.test(name))
      .map((name) => `--${name.replace(/^-+/, '')}`);
    return /\bor\b/.test(line) ? found.slice(0, 1) : [...found, ...named];
  });
  // `Usage: notes --root <dir> [--port <n>]`: what stands in no brackets is wanted.
  const usage = /^[ \t]*usage:(.{0,500})$/im.exec(output)?.[1] ?? '';
  const wanted = [...usage.matchAll(/(?<=\s)(--[a-z][a-z0-9-]{1,40})(?= <)/gi)].map(
    ([name]) => name,
  );
  return [...new Set(options.length > 0 ? options : wanted)]
    .filter((name) => !/^--(help|version|silent|verbose)$/.test(name))
    .slice(0, MAX_OPTIONS);
}

/** Words a usage line wants after the command, where the server says that one is missing: `run [account_id]`. */
export function positionalsNamed(output: string): string[] {
  if (!/missing|required|must|please|provide|specify|expected/i.test(output)) return [];
  const usage = output.split('\n').find((line) => /usage:/i.test(line) && line.length < 2000);
  const words = usage?.slice(usage.search(/usage:/i)).split(/\s+/) ?? [];
  return words.flatMap((word, index) => {
    const name = /^[<[]([a-z][\w-]{0,40})[>\]]$/i.exec(word)?.[1];
    const isOptionValue = /^\[?--?\w/.test(words[index - 1] ?? '');
    const isOther = /^(options?|flags?|args|arguments|command|subcommand)$/i.test(name ?? '');
    return name === undefined || isOptionValue || isOther ? [] : [name];
  });
}
