export { type BuildOptions, type BuildResult, buildSite } from './build.ts';
export { dropLeftovers } from './drop-leftovers.ts';
export { SiteError } from './lib/site-error.ts';
