import type { LoadedPolicy } from '../policy/load-policy.ts';
import { type PolicyEvent, type PolicyWatch, watchPolicy } from '../policy/watch-policy.ts';

/** The policies of a configuration, each following its file. */
export type PolicyShelf = {
  /** By its name, or by its file as grants name it. @throws where there is none: then nothing may pass. */
  get(policy: string): LoadedPolicy;
  has(policy: string): boolean;
  /** Whether every file still is what is in force. */
  readonly isGood: boolean;
  check(): Promise<void>;
  close(): void;
};

/** Loads all policies or none; `admit` throws for one that cannot be kept here. @throws GatewayError for the first that is no policy. */
export async function openPolicyShelf(
  policies: Readonly<Record<string, string>>,
  tell: (name: string, event: PolicyEvent) => void,
  admit?: (policy: LoadedPolicy) => void,
): Promise<PolicyShelf> {
  const watches = new Map<string, PolicyWatch>();
  const broken = new Set<string>();
  const byFile = new Map(Object.entries(policies).map(([name, path]) => [path, name]));
  const close = () => {
    for (const watch of watches.values()) watch.close();
  };
  try {
    for (const [name, path] of Object.entries(policies)) {
      const hear = (event: PolicyEvent) => {
        if (event.kind === 'rejected') broken.add(name);
        else broken.delete(name);
        tell(name, event);
      };
      const watch = await watchPolicy(path, hear, admit);
      watches.set(name, watch);
    }
  } catch (error) {
    close();
    throw error;
  }
  const find = (policy: string) => watches.get(policy) ?? watches.get(byFile.get(policy) ?? '');
  return {
    get(policy) {
      const found = find(policy);
      if (found === undefined) throw new Error(`no policy ${JSON.stringify(policy)}`);
      return found.current;
    },
    has: (policy) => find(policy) !== undefined,
    get isGood() {
      return broken.size === 0;
    },
    async check() {
      await Promise.all([...watches.values()].map((watch) => watch.check()));
    },
    close,
  };
}
