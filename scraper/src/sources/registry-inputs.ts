import { isJsonObject, own, type PackageSource, type RemoteSource } from '@toolwarden/catalogue';
import { placeholderFor } from '../placeholder.ts';
import { harmlessValue } from '../readme.ts';

/** Both spellings of a field: entries published before September 2025 have underscores. */
export function field(value: unknown, name: string): unknown {
  return (
    own(value, name) ??
    own(
      value,
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
  );
}

export function textIn(value: unknown, name: string, longest = 2000): string | undefined {
  const text = field(value, name);
  return typeof text === 'string' && text !== '' && !text.includes('\0')
    ? text.slice(0, longest)
    : undefined;
}

export function listIn(value: unknown, name: string, longest = 100): unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list.slice(0, longest) : [];
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const OPTION = /^--?[A-Za-z][\w.-]{0,99}$/;

/** What an entry says of the variables of a package: those to set, and all that may be set. */
export function variablesOf(entry: unknown): Pick<PackageSource, 'env' | 'variables'> {
  const described = listIn(entry, 'environmentVariables').filter((one) =>
    VARIABLE.test(textIn(one, 'name') ?? ''),
  );
  const env = described
    .filter((one) => field(one, 'isRequired') === true || textIn(one, 'value') !== undefined)
    .map((one) => [textIn(one, 'name') as string, valueFor(one)]);
  const variables = described.map((one) => {
    const [description, preset] = [textIn(one, 'description', 500), textIn(one, 'default', 200)];
    const choices = listIn(one, 'choices', 20).filter((choice) => typeof choice === 'string');
    return {
      name: textIn(one, 'name') as string,
      ...(description !== undefined && { description }),
      ...(preset !== undefined && field(one, 'isSecret') !== true && { default: preset }),
      ...(choices.length > 0 && { choices: choices.map((choice) => choice.slice(0, 200)) }),
    };
  });
  return {
    ...(env.length > 0 && { env: Object.fromEntries(env) }),
    ...(variables.length > 0 && { variables }),
  };
}

/** A value for an input: what is fixed or offered, or a placeholder in the form that its name promises. */
function valueFor(input: unknown): string {
  const name = textIn(input, 'name') ?? textIn(input, 'valueHint') ?? '';
  if (field(input, 'format') === 'filepath') return '{dir}';
  if (field(input, 'isSecret') === true) return placeholderFor(name);
  const fixed = textIn(input, 'value');
  if (fixed !== undefined) return fillIn(fixed, field(input, 'variables'));
  const offered = textIn(input, 'default') ?? listIn(input, 'choices')[0];
  return typeof offered === 'string' ? harmlessValue(name, offered) : placeholderFor(name);
}

/** `{name}` in a text stands for one of its own inputs. */
function fillIn(text: string, variables: unknown): string {
  return text.replace(/\{([\w-]{1,100})\}/g, (_, name: string) => {
    const input = own(variables, name);
    return isJsonObject(input) ? valueFor({ name, ...input }) : placeholderFor(name);
  });
}

/** The arguments of the program itself, where it wants some. */
export function argumentsOf(entry: unknown): Pick<PackageSource, 'args'> {
  const args = listIn(entry, 'packageArguments').flatMap((one) => {
    const isWanted = field(one, 'isRequired') === true || textIn(one, 'value') !== undefined;
    if (!isWanted) return [];
    const name = textIn(one, 'name');
    if (field(one, 'type') !== 'named') return [valueFor(one)];
    if (name === undefined || !OPTION.test(name)) return [];
    // An option without a value is a flag.
    const hasValue =
      textIn(one, 'value') !== undefined ||
      textIn(one, 'valueHint') !== undefined ||
      textIn(one, 'default') !== undefined ||
      field(one, 'isSecret') === true;
    return hasValue ? [name, valueFor(one)] : [name];
  });
  return args.length > 0 ? { args } : {};
}

/** An entry's place on the net; undefined where its address wants something that nobody can guess. */
export function remoteOf(remote: unknown): RemoteSource | undefined {
  const template = textIn(remote, 'url');
  if (template === undefined) return undefined;
  let isKnown = true;
  const url = template.replace(/\{([\w-]{1,100})\}/g, (_, name: string) => {
    const input = own(field(remote, 'variables'), name);
    const offered =
      textIn(input, 'value') ?? textIn(input, 'default') ?? listIn(input, 'choices')[0];
    isKnown &&= typeof offered === 'string';
    return typeof offered === 'string' ? encodeURIComponent(offered) : '';
  });
  if (!isKnown || !URL.canParse(url) || new URL(url).protocol !== 'https:') return undefined;
  const type = textIn(remote, 'type') ?? textIn(remote, 'transportType');
  if (type !== undefined && !/^(streamable(-http)?|http|sse)$/.test(type)) return undefined;
  const headers = headersOf(remote, new URL(url).hostname);
  return {
    url,
    ...(type !== undefined && { transport: type === 'sse' ? 'sse' : 'streamable-http' }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/**
 * Headers an entry wants. What is a secret is read from a variable that only this host can get: an entry that could
 * choose the variable's name would be sent any secret of ours that it can name.
 */
function headersOf(remote: unknown, host: string): Record<string, string> {
  return Object.fromEntries(
    listIn(remote, 'headers', 20).flatMap((header) => {
      const name = textIn(header, 'name');
      const fixed = textIn(header, 'value');
      const isSecret = field(header, 'isSecret') === true;
      const isWanted = field(header, 'isRequired') === true || isSecret || fixed !== undefined;
      if (name === undefined || !HEADER.test(name) || !isWanted) return [];
      if (fixed !== undefined && !/[{}\r\n]/.test(fixed))
        return [[name, fixed.replaceAll('$', '')]];
      const variable = variableFor(host, name);
      if (variable === undefined) return [];
      const scheme = /^(Bearer|Basic|Token) /i.exec(fixed ?? '')?.[0] ?? '';
      return [[name, `${scheme}\${env:${variable}}`]];
    }),
  );
}

/**
 * INVARIANT: no two hosts share a variable: a dot is `_`, a hyphen `__`, and `___` stands before the header. With one sign
 * for all of them whoever owns `mcp-acme.dev`, or `acme.co` beside `acme.co.uk`, would be sent what is another's.
 */
function variableFor(host: string, header: string): string | undefined {
  // Three in a row can come of nothing else in such a name: punycode has two hyphens, which are four.
  if (!/^[a-z0-9]+(?:(?:\.|-{1,2})[a-z0-9]+)*$/.test(host)) return undefined;
  const place = host.replaceAll('-', '__').replaceAll('.', '_').toUpperCase();
  return `TOOLWARDEN_${place}___${header.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}
