import type { ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { BRIDGE_HELP, type Help, STATELESS_HELP } from './coax.ts';
import { dummyFor } from './dummy-file.ts';
import { placeholderFor } from './placeholder.ts';
import { configurationFromReadme } from './readme.ts';

/** How a server was started when it last listed, made again from its record; values are placeholders, as then. */
export function helpFromRecord(
  earlier: ServerRecord | undefined,
  source: ServerSource,
  about: { readme: string; packageName: string; binName: string },
): Help | undefined {
  const configuration = earlier?.configurations.find(({ name }) => name === 'default');
  // Which dependency versions are forced, and what may be reached, is decided anew each time.
  const given = [
    ...Object.entries(source.overrides ?? {}).map(([name, forced]) => `override ${name}@${forced}`),
    ...(earlier?.help ?? []).filter((word) => !/^(override|network) /.test(word)),
  ];
  if (earlier?.outcome !== 'complete' || configuration === undefined || given.length === 0)
    return undefined;
  const shown = configurationFromReadme(about.readme, about.packageName, about.binName)?.env ?? {};
  const env = Object.fromEntries(
    configuration.env.map((name) => [
      name,
      Object.hasOwn(shown, name) && given.includes(`README env ${name}`)
        ? (shown[name] as string)
        : given.includes(`env ${name}`) && isStdioVariable(name)
          ? 'stdio'
          : placeholderFor(name),
    ]),
  );
  const files: Record<string, string> = {};
  for (const word of given.filter((one) => one.startsWith('file '))) {
    const path = word.slice('file '.length);
    const name = configuration.env.find((variable) => dummyFor(variable).file === path);
    if (name === undefined) continue;
    files[path] = dummyFor(name).text;
    env[name] = `{dir}/${path}`;
  }
  const listener = given.find((word) => word.startsWith('silent listener on '));
  return {
    args: source.args ?? configuration.args,
    env: { ...env, ...source.env },
    files: { ...files, ...source.files },
    ports: (listener?.match(/\d{1,5}/g) ?? []).map(Number).filter((port) => port < 65_536),
    isBridged: given.includes(BRIDGE_HELP),
    isStateless: given.includes(STATELESS_HELP),
    given,
  };
}

function isStdioVariable(name: string): boolean {
  return /TRANSPORT/.test(name);
}

/** Dependency versions that had to be forced for this very version. */
export function overridesFromRecord(
  earlier: ServerRecord | undefined,
  version: string | undefined,
): Record<string, string> | undefined {
  if (earlier === undefined || earlier.version !== version) return undefined;
  const pairs = (earlier.help ?? []).flatMap((word) => {
    const found = /^override (\S{1,214})@([\w.+-]{1,100})$/.exec(word);
    return found ? [[found[1], found[2]] as [string, string]] : [];
  });
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}
