import type { Diagnosis } from './diagnose.ts';
import { outputOf } from './diagnose.ts';
import { dummyFor } from './dummy-file.ts';
import type { Attempt } from './introspect.ts';
import { placeholderFor } from './placeholder.ts';
import { configurationFromReadme, variablesInReadme } from './readme.ts';
import { STATELESS_REVISION } from './stateless-session.ts';
import { optionsNamed, positionalsNamed, variablesNamed } from './wants.ts';

/** What a server is given so that it lists: arguments, variables, dummy files, and in words what helped. */
export type Help = {
  args: string[];
  env: Record<string, string>;
  files: Record<string, string>;
  /** Ports on which something listens and never answers, for servers that give up where nothing does. */
  ports: number[];
  /** It speaks HTTP on a port of its own, and is spoken to there, inside the sandbox. */
  isBridged: boolean;
  /** It is spoken to without `initialize`, as the revision of 2026 has it. */
  isStateless: boolean;
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

export function keyOf({ args, env, files, ports, isBridged, isStateless }: Help): string {
  return JSON.stringify([
    args,
    Object.entries(env).sort(),
    Object.keys(files).sort(),
    ports,
    isBridged,
    isStateless,
  ]);
}

// The order is from what the server itself asked for to what is only likely.
function stepsFor({ diagnosis }: Situation): Step[] {
  switch (diagnosis.reason) {
    case 'wants-configuration':
      return [
        dummyFile,
        namedVariables,
        namedOption,
        fromReadme,
        subcommand,
        folder,
        kindredVariables,
      ];
    case 'wants-arguments':
      return [namedOption, fromReadme, subcommand, namedVariables, positional, folder, stdioOption];
    case 'unsupported-transport':
      return [stdioOption, stdioVariable, bridge, fromReadme, subcommand];
    case 'crashed':
    case 'silent-exit':
    case 'timeout':
    case 'protocol-error':
      return [
        stateless,
        dummyFile,
        namedVariables,
        namedOption,
        fromReadme,
        stdioOption,
        silentBackend,
        bridge,
      ];
    case 'wants-backend':
      return [silentBackend, fromReadme];
    case 'wants-network':
      return [fromReadme];
    default:
      return [];
  }
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

const namedOption: Step = ({ help, attempt }) => {
  const has = (name: string) => help.args.some((arg) => arg === name || arg.startsWith(`${name}=`));
  const fresh = optionsNamed(outputOf(attempt)).filter((name) => !has(name));
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
  // A command may have commands of its own: `server start`.
  const isGuess = help.args.every((arg) => help.given.includes(`argument ${arg}`));
  if (!isGuess || help.args.length > 1) return undefined;
  const output = outputOf(attempt);
  const words = SUBCOMMANDS.filter((word) => !help.args.includes(word));
  const name =
    words.find((word) => new RegExp(`^[ \\t]+(?:[\\w-]{1,60} )?${word}\\b`, 'm').test(output)) ??
    words.find((word) => new RegExp(`[|[<'"\`]${word}[|\\]>'"\`]`).test(output));
  return name === undefined
    ? undefined
    : { ...help, args: [...help.args, name], given: [...help.given, `argument ${name}`] };
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

/** In words of a record: it knows no `initialize`. */
export const STATELESS_HELP = `revision ${STATELESS_REVISION}`;

/** A server that answered our first word with a refusal may know only the revision without it. */
const stateless: Step = ({ help, attempt, diagnosis }) => {
  const isRefused = diagnosis.reason === 'protocol-error' && attempt.error?.stage === 'initialize';
  if (!isRefused || help.isStateless) return undefined;
  return { ...help, isStateless: true, given: [...help.given, STATELESS_HELP] };
};

/** In words of a record: it speaks HTTP only, and was spoken to on its own port. */
export const BRIDGE_HELP = 'HTTP inside the sandbox';

/** A server that listens on a port is asked there; one that says nothing may, where its README speaks of HTTP. */
const bridge: Step = ({ help, diagnosis, readme, attempt }) => {
  const isLikely =
    diagnosis.reason === 'unsupported-transport' ||
    (attempt.error?.isTimeout === true && /streamable[ -]?http|\bSSE\b|\/mcp\b/i.test(readme));
  if (!isLikely || help.isBridged) return undefined;
  // What was tried to keep it from HTTP would only be in its way.
  const isGuess = (word: string) => /^argument --(?:stdio|transport stdio)$/.test(word);
  const guesses = help.given.filter(isGuess).flatMap((word) => word.split(' ').slice(1));
  return {
    ...help,
    args: help.args.filter((arg) => !guesses.includes(arg)),
    isBridged: true,
    given: [...help.given.filter((word) => !isGuess(word)), BRIDGE_HELP],
  };
};

const positional: Step = ({ help, attempt }) => {
  const names = positionalsNamed(outputOf(attempt));
  const given = names.map((name) => `argument <${name}>`);
  if (names.length === 0 || help.given.includes(given[0] as string)) return undefined;
  return {
    ...help,
    args: [...help.args, ...names.map(placeholderFor)],
    given: [...help.given, ...given],
  };
};

/** Variables of the README that begin as one the server named does: "set A_ADDRESS, A_PASSWORD, etc." */
const kindredVariables: Step = ({ help, readme }) => {
  const fresh = variablesInReadme(readme, Object.keys(help.env)).filter(
    (name) => !Object.hasOwn(help.env, name),
  );
  if (fresh.length === 0) return undefined;
  return {
    ...help,
    env: { ...help.env, ...Object.fromEntries(fresh.map((name) => [name, placeholderFor(name)])) },
    given: [...help.given, ...fresh.map((name) => `README env ${name}`)],
  };
};

const DATABASE_PORTS = [3306, 5432, 6379, 27017];

/** A server that ends at once where its database refuses may list while it waits for a silent one. */
const silentBackend: Step = ({ help, attempt }) => {
  if (help.ports.length > 0) return undefined;
  const refused = [...outputOf(attempt).matchAll(/ECONNREFUSED (?:127\.0\.0\.1|::1):(\d{2,5})/g)];
  // Not a word: such servers log to a file, and what they miss is most often a database.
  const isMute = attempt.error?.isClosed === true && outputOf(attempt).trim() === '';
  const ports =
    refused.length > 0 ? refused.map(([, port]) => Number(port)) : isMute ? DATABASE_PORTS : [];
  if (ports.length === 0) return undefined;
  const unique = [...new Set(ports)].slice(0, 10);
  return {
    ...help,
    ports: unique,
    given: [...help.given, `silent listener on ${unique.join(', ')}`],
  };
};

const folder: Step = ({ help, attempt }) => {
  const wants = /\b(?:director(?:y|ies)|folder|vault|path)\b/i.test(outputOf(attempt));
  if (!wants || help.args.includes('{dir}')) return undefined;
  return { ...help, args: [...help.args, '{dir}'], given: [...help.given, 'argument {dir}'] };
};

/** Variables whose value is the path of a file that we have a dummy for. */
const FILE_VARIABLE =
  /(CREDENTIALS?(_(FILE|PATH))?|KEYFILE|OAUTH_(FILE|PATH|KEYS?)|KUBECONFIG|OPENAPI_?(SPEC|FILE|PATH|SPEC_PATH)|CONFIG_(FILE|PATH)|SPEC_(FILE|PATH))$/;
const CREDENTIALS_VARIABLE =
  /\b[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){0,4}_CREDENTIALS?_(?:FILE|PATH)\b/g;
const README_READ = 200_000;

/** A file the server says it lacks, and the variable that names its place. */
const dummyFile: Step = ({ help, attempt, readme }) => {
  const output = outputOf(attempt);
  const isMissing =
    /ENOENT|no such file|not found|cannot (?:find|read|load)|missing|set the|required/i.test(
      output,
    );
  // "Credentials not found" names no variable: then its README does, where it says where they lie.
  const told = /credentials?\b[^\n]{0,40}(?:not found|missing)/i.test(output)
    ? [...readme.slice(0, README_READ).matchAll(CREDENTIALS_VARIABLE)].map(([word]) => word)
    : [];
  const name = [...variablesNamed(output), ...told].find((word) => FILE_VARIABLE.test(word));
  if (
    !isMissing ||
    name === undefined ||
    Object.hasOwn(help.env, name) ||
    Object.keys(help.files).length > 0
  )
    return undefined;
  const { file, text } = dummyFor(name);
  return {
    ...help,
    env: { ...help.env, [name]: `{dir}/${file}` },
    files: { ...help.files, [file]: text },
    given: [...help.given, `env ${name}`, `file ${file}`],
  };
};
