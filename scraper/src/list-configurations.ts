import type {
  Configuration,
  PackageSource,
  ServerRecord,
  ServerSource,
} from '@toolwarden/catalogue';
import { type AttemptPlace, attemptOnce, type End, type Program } from './attempts.ts';
import type { Help } from './coax.ts';
import type { Listing } from './listing.ts';
import { recordedTools } from './record.ts';
import { settingOf, switchesIn } from './switches.ts';

type Listed = { configuration: Configuration; listing: Listing };

/** How a start is written down. */
export function configurationOf(name: string, help: Help): Configuration {
  return { name, args: help.args, env: Object.keys(help.env).sort() };
}

/**
 * Lists a server twice more, with the permission switches that its authors describe at one end and at the other: what
 * an agent can do depends on them, and a listing under few rights hides the tools that matter most.
 */
export async function listOtherConfigurations(
  source: ServerSource,
  program: Program,
  end: End & { leftMs: number },
  variables: PackageSource['variables'],
  place: AttemptPlace,
): Promise<Listed[]> {
  const switches = switchesIn(program.readme, variables);
  const began = performance.now();
  const found: Listed[] = [];
  for (const [name, side] of [
    ['fewest rights', 'least'],
    ['most rights', 'most'],
  ] as const) {
    const setting = settingOf(switches, side);
    const leftMs = end.leftMs - (performance.now() - began);
    if (setting === undefined || leftMs <= 0 || place.signal?.aborted) continue;
    const help: Help = {
      ...end.help,
      args: [...end.help.args, ...setting.args],
      env: { ...end.help.env, ...setting.env },
      given: [...end.help.given, `switches for the ${name}`],
    };
    const { attempt, diagnosis } = await attemptOnce(source, program, help, place, leftMs);
    // A switch that breaks the server tells nothing about its tools.
    if (diagnosis !== undefined || attempt.listing === undefined) continue;
    const configuration = { ...configurationOf(name, help), switches: setting.switches };
    found.push({ configuration, listing: attempt.listing });
  }
  return found;
}

/** A record with the listings under other configurations; those that list the same as another are left out. */
export function withConfigurations(record: ServerRecord, others: Listed[]): ServerRecord {
  const tools = new Map(record.tools.map((tool) => [tool.digest, tool]));
  const configurations = [...record.configurations];
  const seen = new Set([keyOf([...tools.keys()])]);
  for (const { configuration, listing } of others) {
    const listed = recordedTools(listing, configuration.name);
    const key = keyOf(listed.map(({ digest }) => digest));
    if (seen.has(key)) continue;
    seen.add(key);
    configurations.push(configuration);
    for (const tool of listed) {
      const known = tools.get(tool.digest);
      const names = [...(known?.configurations ?? []), configuration.name];
      tools.set(tool.digest, { ...(known ?? tool), configurations: names });
    }
  }
  const order = ({ definition, digest }: ServerRecord['tools'][number]) =>
    `${definition.name}\n${digest}`;
  return {
    ...record,
    configurations,
    tools: [...tools.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1)),
  };
}

function keyOf(digests: string[]): string {
  return [...digests].sort().join(' ');
}
