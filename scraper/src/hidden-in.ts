import type { InstallPlace } from './npm/install.ts';
import type { Private } from './words.ts';

/** What no record may show of this machine. */
export function hiddenIn({
  packageDir,
  cacheDir,
  settings,
}: Pick<InstallPlace, 'packageDir' | 'cacheDir' | 'settings'>): Private {
  return {
    paths: [
      [packageDir, '/package'],
      [cacheDir, '/cache'],
    ],
    hosts: settings.hosts,
  };
}
