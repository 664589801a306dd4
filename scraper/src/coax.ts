import type { Diagnosis } from './diagnose.ts';
import { outputOf } from './diagnose.ts';
import type { Attempt } from './introspect.ts';
import { placeholderFor } from './placeholder.ts';
import { configurationFromReadme } from './readme.ts';

/** What a server is given so that it lists: arguments, variables, dummy files, and in words what helped. */
export type Help = {
  args: string[];
  env: Record<string, string>;
  files: Record<string, string>;
  /** `env NAME`, `argument X`, `file X` … in the order given. */
  given: string[];
};

export type Situation = {
  help: Help;
  attempt: Attempt;
  diagnosis: Diagnosis;
  readme: string;
  packageName: string;
  binName: string;
};

type Step = (situation: Situation) => Help | undefined;

/** What to try after a failed attempt: the first step that has something to offer that was not tried. */
export function coax(situation: Situation, tried: Set<string>): Help | undefined {
  for (const step of stepsFor(situation)) {
    const help = step(situation);
    if (help === undefined || tried.has(keyOf(help))) continue;
    tried.add(keyOf(help));
    return help;
  }
  return undefined;
}

export function keyOf({ args, env, files }: Help): string {
  return JSON.stringify([args, Object.entries(env).sort(), Object.keys(files).sort()]);
}

// The order is from what the server itself asked for to what is only likely.
function stepsFor({ diagnosis }: Situation): Step[] {
  switch (diagnosis.reason) {
    case 'wants-configuration':
      return [dummyFile, namedVariables, namedOption, fromReadme, subcommand, folder];
    case 'wants-arguments':
      return [namedOption, fromReadme, subcommand, namedVariables, folder, stdioOption];
    case 'unsupported-transport':
      return [stdioOption, stdioVariable, fromReadme, subcommand];
    case 'crashed':
    case 'silent-exit':
    case 'timeout':
    case 'protocol-error':
      return [dummyFile, namedVariables, namedOption, fromReadme, stdioOption];
    case 'wants-network':
    case 'wants-backend':
      return [fromReadme];
    default:
      return [];
  }
}

const VARIABLE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){1,12}\b/g;
// Codes of errors and names that Node or a shell, not the server, means.
const NO_VARIABLE =
  /^(ERR_|E[A-Z]+_|NODE_|NPM_|MODULE_NOT_FOUND|UND_ERR|UV_|SIG|HTTP_\d|UTF_|MCP_ERROR|INVALID_|MISSING_|UNKNOWN_|FATAL_|JSON_RPC|STACK_TRACE)|_(ERROR|FAILED|MISSING|INVALID|NOT_FOUND|REQUIRED|DENIED)$/;
const WANTED =
  /required|requires|must|missing|not (?:set|found|provided|defined|configured|specified)|please|environment|need|empty|invalid|undefined|expected|provide|set\b|export/i;
const MAX_VARIABLES = 12;

/** Variables that the server's own output asks for by name. */
export function variablesNamed(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.length < 2000);
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

const namedVariables: Step = ({ help, attempt }) => {
  const fresh = variablesNamed(
    outputOf(attempt) + (attempt.error ? `\n${attempt.error.message}` : ''),
  )
    .filter((name) => !Object.hasOwn(help.env, name))
    .filter((name) => !Object.hasOwn(help.env, name.replace(/_(FILE|PATH)$/, '')));
  if (fresh.length === 0) return undefined;
  return {
    ...help,
    env: { ...help.env, ...Object.fromEntries(fresh.map((name) => [name, placeholderFor(name)])) },
    given: [...help.given, ...fresh.map((name) => `env ${name}`)],
  };
};

/** Options a line of output calls for: `--token`, `required option '--project-id <id>'`. */
export function optionsNamed(output: string): string[] {
  const lines = output
    .split('\n')
    .filter(
      (line) =>
        line.length < 2000 && /required|missing|must|please|provide|specify|need/i.test(line),
    )
    .filter((line) => !/^\s*--?\w/.test(line));
  const options = lines.flatMap((line) => {
    const found = [...line.matchAll(/(?<![\w-])--[a-z][a-z0-9-]{1,40}/gi)].map(([name]) => name);
    const yargs = /missing required (?:arguments?|flags?|options?):? ([\w, -]{1,200})/i.exec(
      line,
    )?.[1];
    const named = yargs?.split(',').map((name) => `--${name.trim().replace(/^-+/, '')}`) ?? [];
    return /\bor\b/.test(line) ? found.slice(0, 1) : [...found, ...named];
  });
  return [...new Set(options)].filter((name) => !/^--(help|version|silent|verbose)$/.test(name));
}

const namedOption: Step = ({ help, attempt }) => {
  const has = (name: string) => help.args.some((arg) => arg === name || arg.startsWith(`${name}=`));
  const fresh = optionsNamed(outputOf(attempt))
    .filter((name) => !has(name))
    .slice(0, 4);
  if (fresh.length === 0) return undefined;
  const args = fresh.flatMap((name) =>
    /stdio|^--(allow|enable|no|disable|use|skip)-/.test(name)
      ? [name]
      : [name, placeholderFor(name)],
  );
  return {
    ...help,
    args: [...help.args, ...args],
    given: [...help.given, ...fresh.map((name) => `argument ${name}`)],
  };
};

const fromReadme: Step = ({ help, readme, packageName, binName }) => {
  const found = configurationFromReadme(readme, packageName, binName);
  if (found === undefined) return undefined;
  const env = Object.entries(found.env).filter(
    ([name]) =>
      !Object.hasOwn(help.env, name) &&
      !(/_(FILE|PATH)$/.test(name) && Object.hasOwn(found.env, name.replace(/_(FILE|PATH)$/, ''))),
  );
  const isNewArgs = JSON.stringify(found.args) !== JSON.stringify(help.args);
  if (env.length === 0 && !isNewArgs) return undefined;
  return {
    ...help,
    args: found.args.length > 0 ? found.args : help.args,
    env: { ...help.env, ...Object.fromEntries(env) },
    given: [
      ...help.given,
      ...(isNewArgs && found.args.length > 0 ? [`README arguments ${found.args.join(' ')}`] : []),
      ...env.map(([name]) => `README env ${name}`),
    ],
  };
};

const SUBCOMMANDS = ['mcp', 'stdio', 'start', 'serve', 'server', 'run'];

/** A subcommand, only where the output is usage text that names it: blind tries cost much and gain little. */
const subcommand: Step = ({ help, attempt }) => {
  if (help.args.length > 0) return undefined;
  const output = outputOf(attempt);
  const name =
    SUBCOMMANDS.find((word) => new RegExp(`^\\s+(?:[\\w-]+ )?${word}\\b`, 'm').test(output)) ??
    SUBCOMMANDS.find((word) => new RegExp(`[|[<'"\`]${word}[|\\]>'"\`]`).test(output));
  return name === undefined
    ? undefined
    : { ...help, args: [name], given: [...help.given, `argument ${name}`] };
};

const stdioOption: Step = ({ help, attempt, readme, diagnosis }) => {
  const known = `${outputOf(attempt)}\n${readme}`;
  const args = known.includes('--stdio')
    ? ['--stdio']
    : /--transport[ =]+["'`]?stdio/.test(known)
      ? ['--transport', 'stdio']
      : diagnosis.reason === 'unsupported-transport'
        ? ['--stdio']
        : undefined;
  if (args === undefined || help.args.includes(args[0] as string)) return undefined;
  return {
    ...help,
    args: [...help.args, ...args],
    given: [...help.given, `argument ${args.join(' ')}`],
  };
};

const stdioVariable: Step = ({ help, readme }) => {
  const name = /\b([A-Z][A-Z0-9_]{0,40}TRANSPORT[A-Z_]{0,10})\b["'`:=\s]{1,10}stdio/.exec(
    readme,
  )?.[1];
  if (name === undefined || Object.hasOwn(help.env, name)) return undefined;
  return { ...help, env: { ...help.env, [name]: 'stdio' }, given: [...help.given, `env ${name}`] };
};

const folder: Step = ({ help, attempt }) => {
  const wants = /\b(?:director(?:y|ies)|folder|vault|path)\b/i.test(outputOf(attempt));
  if (!wants || help.args.includes('{dir}')) return undefined;
  return { ...help, args: [...help.args, '{dir}'], given: [...help.given, 'argument {dir}'] };
};

const OAUTH_CLIENT = JSON.stringify({
  installed: {
    client_id: 'placeholder',
    client_secret: 'placeholder',
    auth_uri: 'https://example.com/auth',
    token_uri: 'https://example.com/token',
    redirect_uris: ['http://localhost'],
  },
  access_token: 'placeholder',
  refresh_token: 'placeholder',
  token_type: 'Bearer',
  expiry_date: 1,
});
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{name: example, cluster: {server: "https://localhost:6443"}}]
contexts: [{name: example, context: {cluster: example, user: example}}]
users: [{name: example, user: {token: placeholder}}]
current-context: example
`;
const OPENAPI = JSON.stringify({
  openapi: '3.0.0',
  info: { title: 'Example', version: '1.0.0' },
  servers: [{ url: 'https://example.com' }],
  paths: {
    '/example': { get: { operationId: 'getExample', responses: { 200: { description: 'OK' } } } },
  },
});

/** A file the server says it lacks, and the variable that names its place. */
const dummyFile: Step = ({ help, attempt }) => {
  const output = outputOf(attempt);
  const isMissing =
    /ENOENT|no such file|not found|cannot (?:find|read|load)|missing|set the|required/i.test(
      output,
    );
  const name = variablesNamed(output).find((word) =>
    /(CREDENTIALS?(_(FILE|PATH))?|KEYFILE|OAUTH_(FILE|PATH|KEYS?)|KUBECONFIG|OPENAPI_?(SPEC|FILE|PATH|SPEC_PATH)|CONFIG_(FILE|PATH)|SPEC_(FILE|PATH))$/.test(
      word,
    ),
  );
  if (
    !isMissing ||
    name === undefined ||
    Object.hasOwn(help.env, name) ||
    Object.keys(help.files).length > 0
  )
    return undefined;
  const [file, text] = /KUBE/.test(name)
    ? ['kubeconfig.yaml', KUBECONFIG]
    : /SPEC|OPENAPI/.test(name)
      ? ['openapi.json', OPENAPI]
      : /CONFIG/.test(name)
        ? ['config.json', '{}']
        : ['credentials.json', OAUTH_CLIENT];
  return {
    ...help,
    env: { ...help.env, [name]: `{dir}/${file}` },
    files: { ...help.files, [file as string]: text as string },
    given: [...help.given, `env ${name}`, `file ${file}`],
  };
};
