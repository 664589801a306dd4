import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { compositePlaceholder, placeholderFor } from './placeholder.ts';

/** How a README says that a client should start the server, with placeholders for what is personal. */
export type ReadmeConfiguration = { args: string[]; env: Record<string, string> };

const MAX_BLOCKS = 50;
const MAX_BLOCK_LENGTH = 20_000;

/** The first client configuration in a README that starts this package; undefined where none does. */
export function configurationFromReadme(
  readme: string,
  packageName: string,
  binName: string,
): ReadmeConfiguration | undefined {
  for (const block of codeBlocks(readme)) {
    for (const server of serversOf(parseTolerantly(block))) {
      const args = argsAfterPackage(server, packageName, binName);
      if (args === undefined) continue;
      const env = own(server, 'env');
      const pairs = isJsonObject(env) ? Object.entries(env) : [];
      return {
        args: args.map(harmlessArgument),
        env: Object.fromEntries(
          pairs
            .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
            .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name))
            .map(([name, value]) => [name, harmlessValue(name, value)]),
        ),
      };
    }
  }
  return undefined;
}

const MAX_KINDRED = 12;

/** Variables a README names that share the first two words with a known one, and look like a way to log in. */
export function variablesInReadme(readme: string, known: string[]): string[] {
  const prefixes = known
    .map((name) => name.split('_').slice(0, 2).join('_'))
    .filter((prefix) => prefix.includes('_'));
  const names = [
    ...new Set(
      [...readme.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){1,12}\b/g)].map(([name]) => name),
    ),
  ];
  return names
    .filter((name) => prefixes.some((prefix) => name.startsWith(`${prefix}_`)))
    .filter((name) =>
      /(KEY|TOKEN|SECRET|PASSWORD|PASS|URL|URI|HOST|USER|USERNAME|ID|ADDRESS|EMAIL)$/.test(name),
    )
    .slice(0, MAX_KINDRED);
}

function codeBlocks(readme: string): string[] {
  const blocks: string[] = [];
  for (let at = readme.indexOf('```'); at >= 0 && blocks.length < MAX_BLOCKS; ) {
    const start = readme.indexOf('\n', at);
    const end = start < 0 ? -1 : readme.indexOf('```', start);
    if (end < 0) break;
    const block = readme.slice(start, Math.min(end, start + MAX_BLOCK_LENGTH));
    if (block.includes('"args"') || block.includes('"command"')) blocks.push(block);
    at = readme.indexOf('```', end + 3);
  }
  return blocks;
}

function parseTolerantly(block: string): unknown {
  const plain = block
    .replace(/^[ \t]*\/\/.*$/gm, '')
    .replace(/,(\s*[}\]])/g, '$1')
    .trim();
  // READMEs often show the entry without the braces round it.
  for (const text of [plain, `{${plain}}`]) {
    try {
      return JSON.parse(text);
    } catch {
      // The next form.
    }
  }
  return undefined;
}

function serversOf(config: unknown): JsonObject[] {
  const map = [
    own(config, 'mcpServers'),
    own(config, 'servers'),
    own(own(config, 'mcp'), 'servers'),
    own(config, 'context_servers'),
    config,
  ].find(isJsonObject);
  return Object.values(map ?? {})
    .concat(isJsonObject(config) ? [config] : [])
    .filter(isJsonObject)
    .filter(
      (server) => Array.isArray(own(server, 'args')) || typeof own(server, 'command') === 'string',
    );
}

/** The arguments that go to the server itself; undefined where the entry starts something else. */
function argsAfterPackage(
  server: JsonObject,
  packageName: string,
  binName: string,
): string[] | undefined {
  const list = own(server, 'args');
  const args = (Array.isArray(list) ? list : []).filter((arg) => typeof arg === 'string');
  const isPackage = (word: string) => word === packageName || word.startsWith(`${packageName}@`);
  const at = args.findIndex(isPackage);
  if (at >= 0) return args[at + 1] === binName ? args.slice(at + 2) : args.slice(at + 1);
  const command = own(server, 'command');
  return typeof command === 'string' && (command === binName || isPackage(command))
    ? args
    : undefined;
}

const SECRET = /KEY|TOKEN|SECRET|PASS|PWD|AUTH|CREDENTIAL|PRIVATE|SEED|MNEMONIC|COOKIE|SESSION/i;
const PLAIN = /^(true|false|\d{1,5}|[a-z][a-z-]{0,19}|[a-z]+(,[a-z-]+){1,9})$/;
const BLANK = /your|<|>|\$\{|xxx|\.\.\.|…|example|placeholder|path\/to|change|replace|insert/i;

/** A value without what could be personal in it. */
export function harmlessValue(name: string, value: string): string {
  if (SECRET.test(name) || !PLAIN.test(value) || BLANK.test(value)) return placeholderFor(name);
  return value;
}

/** An argument without what could be personal in it. */
export function harmlessArgument(arg: string): string {
  const option = /^(--?[A-Za-z][\w-]{0,60})=(.*)$/s.exec(arg);
  if (option) return `${option[1]}=${harmlessValue(option[1] as string, option[2] as string)}`;
  if (arg.startsWith('-') && /^--?[A-Za-z][\w-]{0,60}$/.test(arg)) return arg;
  const shape = compositePlaceholder(arg);
  if (shape !== undefined) return shape;
  if (/^(\/|~|\.{1,2}\/|[A-Za-z]:\\)|path/i.test(arg)) return '{dir}';
  if (/^[a-z+]{2,20}:\/\//.test(arg)) return harmlessUrl(arg);
  return PLAIN.test(arg) && !BLANK.test(arg) ? arg : 'placeholder';
}

function harmlessUrl(arg: string): string {
  const scheme = arg.slice(0, arg.indexOf(':'));
  return scheme.startsWith('http') ? 'https://example.com' : `${scheme}://localhost/example`;
}
