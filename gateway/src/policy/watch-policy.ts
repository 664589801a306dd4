import { type LoadedPolicy, loadPolicy } from './load-policy.ts';
import { type FileWatch, watchFile } from './watch-file.ts';

/** The policy in force, which follows its file. */
export type PolicyWatch = FileWatch<LoadedPolicy>;

/** What a watch tells; `rejected` when the file changed and the last good policy stays. */
export type PolicyEvent =
  | { kind: 'loaded'; policy: LoadedPolicy }
  | { kind: 'rejected'; error: Error };

/** Loads a policy and follows its file. `admit` throws for a policy that cannot be kept here, whatever it says. */
export function watchPolicy(
  path: string,
  tell: (event: PolicyEvent) => void,
  admit: (policy: LoadedPolicy) => void = () => {},
): Promise<PolicyWatch> {
  const load = async () => {
    const policy = await loadPolicy(path);
    admit(policy);
    return policy;
  };
  const isSame = (a: LoadedPolicy, b: LoadedPolicy) => a.digest === b.digest;
  return watchFile(path, { load, isSame }, (event) =>
    tell(event.kind === 'loaded' ? { kind: 'loaded', policy: event.value } : event),
  );
}
