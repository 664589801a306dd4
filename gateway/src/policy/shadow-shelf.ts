import type { LoadedPolicy } from './load-policy.ts';
import { createShadow, type Shadow } from './shadow.ts';
import { type PolicyEvent, type PolicyWatch, watchPolicy } from './watch-policy.ts';

/** Files of staged policies: by the policy they run beside, and for single grants, which go before. */
type ShadowFiles = {
  policies?: Readonly<Record<string, string>> | undefined;
  grants?: Readonly<Record<string, string>> | undefined;
};

/** The staged policies of a configuration, each following its file. */
export type ShadowShelf = {
  /** What runs beside the policy of a caller; absent where nothing is staged for it. */
  of(caller: { grant: string; policy: string }): Shadow | undefined;
  check(): Promise<void>;
  close(): void;
  /** For the shelf that takes this one's place: what was counted so far goes on where the file is the same. */
  readonly kept: ReadonlyMap<string, Shadow>;
};

type ShelfOptions = {
  files: ShadowFiles;
  /** Policies by name: grants name them so, or by their file. */
  policies: Readonly<Record<string, string>>;
  tell: (place: string, event: PolicyEvent) => void;
  /** Throws for one that cannot be kept here. */
  admit?: ((policy: LoadedPolicy) => void) | undefined;
  before?: ShadowShelf | undefined;
};

/** Loads all staged policies or none. @throws GatewayError for the first that is no policy. */
export async function openShadowShelf(options: ShelfOptions): Promise<ShadowShelf> {
  const { files, policies, tell, admit, before } = options;
  const watches: PolicyWatch[] = [];
  const kept = new Map<string, Shadow>();
  const close = () => {
    for (const watch of watches) watch.close();
  };
  const open = async (place: string, path: string): Promise<Shadow> => {
    const watch = await watchPolicy(path, (event) => tell(place, event), admit);
    watches.push(watch);
    const id = `${place}\n${path}`;
    const shadow = createShadow(() => watch.current, before?.kept.get(id)?.counters);
    kept.set(id, shadow);
    return shadow;
  };
  const byPolicy = new Map<string, Shadow>();
  const byGrant = new Map<string, Shadow>();
  try {
    for (const [name, path] of Object.entries(files.policies ?? {})) {
      const shadow = await open(`policy ${name}`, path);
      for (const each of [name, policies[name]]) if (each) byPolicy.set(each, shadow);
    }
    for (const [grant, path] of Object.entries(files.grants ?? {}))
      byGrant.set(grant, await open(`grant ${grant}`, path));
  } catch (error) {
    close();
    throw error;
  }
  return {
    of: ({ grant, policy }) => byGrant.get(grant) ?? byPolicy.get(policy),
    async check() {
      await Promise.all(watches.map((watch) => watch.check()));
    },
    close,
    kept,
  };
}
