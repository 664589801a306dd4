import type { CrawlMetrics } from '@toolwarden/scraper/metrics';
import { CliError } from './command.ts';
import type { Io } from './io.ts';

/** Serves Prometheus metrics at the place that `--metrics HOST:PORT` names. */
export async function startMetrics(
  place: string,
  io: Pick<Io, 'err'>,
): Promise<{ metrics: CrawlMetrics; close: () => Promise<void> }> {
  const [, host = '', port = ''] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(place) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw new CliError(
      'usage',
      `--metrics ${JSON.stringify(place)}: expected a place such as 127.0.0.1:9464`,
    );
  const { crawlMetrics, serveMetrics } = await import('@toolwarden/scraper/metrics');
  const metrics = crawlMetrics();
  try {
    const { url, close } = await serveMetrics(metrics, {
      host: host || '127.0.0.1',
      port: Number(port),
    });
    io.err(`metrics: ${url}`);
    return { metrics, close };
  } catch (error) {
    throw new CliError(
      'environment',
      `--metrics ${place}: cannot listen there (${(error as Error).message}); choose another place`,
      { cause: error },
    );
  }
}
