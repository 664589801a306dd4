export { type CrawlOptions, type CrawlResult, crawl } from './crawl.ts';
export type { CrawlAttempt } from './crawl-server.ts';
export { type CrawlLimits, defaultLimits } from './limits.ts';
export { lockStore } from './lock.ts';
export { chooseSandbox } from './sandbox/choose-sandbox.ts';
export type { Sandbox } from './sandbox/sandbox.ts';
export { ScraperError } from './scraper-error.ts';
export { type ResolvedTargets, resolveTargets } from './targets.ts';
