import { clientConfigurations } from './client-configurations.ts';
import { directIds } from './direct-ids.ts';
import { officialRegistry } from './official-registry.ts';
import { sourceFiles } from './source-files.ts';

/** All places that servers to crawl may come from. */
export const sources = [directIds, sourceFiles, officialRegistry, clientConfigurations];
