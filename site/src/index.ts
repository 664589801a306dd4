export { type BuildOptions, type BuildResult, buildSite } from './build.ts';
export { SiteError } from './lib/site-error.ts';
