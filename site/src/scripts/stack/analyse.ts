import { type Attack, attackSchema, parseServerId, serverSlug } from '@toolwarden/catalogue';
import type { LoadedServer } from '../../lib/server-data.ts';
import type { ConfiguredServer } from '../../lib/stack/configured-server.ts';
import { readConfiguration } from '../../lib/stack/read-configuration.ts';
import { type StackView, stackView } from '../../lib/stack/stack-view.ts';
import { wrappedConfiguration } from '../../lib/stack/wrap-configuration.ts';
import { loadServer } from '../parts/load-server.ts';
import { loadNames } from '../search-panel.ts';

type Recognised = ConfiguredServer & { loaded: LoadedServer };
export type Analysis = {
  recognised: Recognised[];
  unknown: ConfiguredServer[];
  view: StackView;
  /** The whole configuration behind `wrap`, with its values; absent where it is no JSON. Made only when asked for. */
  wrapped: (() => string) | undefined;
};

/**
 * Looks a configuration's servers up. The list of all names is fetched whole and compared here, so that no request
 * names what the catalogue does not have; of what it has, the public data is fetched, as a reader of its page would.
 */
export async function analyse(text: string): Promise<Analysis | { problem: string }> {
  const read = await readConfiguration(text);
  if ('problem' in read) return read;
  const [names, attacks] = await Promise.all([loadNames().servers, loadAttacks()]);
  const known = new Set(names.map(({ slug }) => slug));
  const recognised: Recognised[] = [];
  const unknown: ConfiguredServer[] = [];
  for (const server of read.servers) {
    const slug = slugOf(server.id);
    if (slug === undefined || !known.has(slug)) unknown.push(server);
    else recognised.push({ ...server, loaded: await loadServer(slug) });
  }
  const active = recognised.filter(({ isOff }) => !isOff).map(({ loaded }) => loaded);
  return {
    recognised,
    unknown,
    // A server that is configured twice gives an agent its tools once more, but no more power.
    view: stackView([...new Set(active)], attacks),
    wrapped: read.format === 'json' ? () => wrappedConfiguration(read.document) : undefined,
  };
}

function slugOf(id: string | undefined): string | undefined {
  const parsed = id === undefined ? undefined : parseServerId(id);
  return parsed?.ok ? serverSlug(parsed.id as Parameters<typeof serverSlug>[0]) : undefined;
}

async function loadAttacks(): Promise<Attack[]> {
  const response = await fetch('/stack/attacks.json');
  if (!response.ok) throw new Error(`the attacks could not be loaded (${response.status})`);
  return attackSchema.array().parse(await response.json());
}
