export { connectRedis } from './connect-redis.ts';
export { crawlByQueue } from './crawl-by-queue.ts';
export { laneOf, openCrawlQueue } from './crawl-queue.ts';
export { type CrawlWorkerOptions, runCrawlWorker } from './crawl-worker.ts';
export { repeatBySchedule } from './schedule.ts';
