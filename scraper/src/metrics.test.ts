import { afterEach, expect, test } from 'vitest';
import { crawlMetrics, serveMetrics } from './metrics.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

test('metrics count what was crawled, how long it took, what waits and when a run last ended well', async () => {
  const metrics = crawlMetrics();
  const failed = { server: 'npm:a', version: '', outcome: 'failed', tools: 0, help: [] } as const;
  metrics.crawled({ ...failed, reason: 'timeout', help: [], durationMs: 30_000 });
  metrics.crawled({
    ...failed,
    outcome: 'complete',
    tools: 7,
    help: [],
    durationMs: 1500,
  });
  metrics.watchDepth(async () => ({ waiting: 3, active: 1 }));
  metrics.ended(false);
  const served = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
  close = served.close;
  const read = async () => (await fetch(served.url)).text();
  expect(await read()).toContain('toolwarden_last_success_timestamp_seconds 0\n');
  metrics.ended(true);
  const text = await read();
  for (const line of [
    'toolwarden_crawled_servers_total{outcome="failed",reason="timeout"} 1',
    'toolwarden_crawled_servers_total{outcome="complete",reason=""} 1',
    'toolwarden_listed_tools_total 7',
    'toolwarden_crawl_duration_seconds_bucket{le="2",outcome="complete"} 1',
    'toolwarden_crawl_duration_seconds_sum{outcome="failed"} 30',
    'toolwarden_waiting_servers{state="waiting"} 3',
    'toolwarden_runs_total{result="failure"} 1',
    'toolwarden_runs_total{result="success"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).not.toContain('toolwarden_last_success_timestamp_seconds 0\n');
});

test('a queue that cannot be asked leaves the other metrics readable, and other paths give nothing', async () => {
  const metrics = crawlMetrics();
  metrics.watchDepth(() => Promise.reject(new Error('gone')));
  const served = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
  close = served.close;
  expect(await (await fetch(served.url)).text()).toContain('process_cpu');
  expect((await fetch(served.url.replace('/metrics', '/'))).status).toBe(404);
});
