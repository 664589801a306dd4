import {
  type InstallOrder,
  type InstallPlace,
  type InstallResult,
  installPackage,
  newestVersion,
} from './install.ts';

const MAX_OVERRIDES = 4;

/**
 * Installs a package; where a dependency's version does not exist, installs again with the newest one that does.
 * The package itself is never replaced by another version of itself.
 */
export async function installWithOverrides(
  order: InstallOrder,
  place: InstallPlace,
): Promise<{ result: InstallResult; overrides: Record<string, string> }> {
  const overrides = { ...order.overrides };
  for (let round = 0; ; round++) {
    const isBare = Object.keys(overrides).length === 0;
    const result = await installPackage(
      { ...order, overrides: isBare ? undefined : overrides },
      place,
    );
    const lacking = result.ok ? undefined : lackingDependency(result.failure.output);
    const isNew = lacking && lacking !== order.name && !Object.hasOwn(overrides, lacking);
    if (!isNew || round >= MAX_OVERRIDES || place.signal?.aborted) return { result, overrides };
    const version = await newestVersion(lacking, place);
    if (version === undefined) return { result, overrides };
    overrides[lacking] = version;
  }
}

/** The dependency that npm found no fitting version of. */
function lackingDependency(output: string): string | undefined {
  return /No matching version found for ((?:@[a-z0-9._-]{1,100}\/)?[a-z0-9][a-z0-9._-]{0,213})@/.exec(
    output,
  )?.[1];
}
