import { loadConfig } from '../config/load-config.ts';
import { openSseUpstream } from '../upstream/sse-upstream.ts';
import { openStdioUpstream } from '../upstream/stdio-upstream.ts';
import type { Upstream, UpstreamEvents } from '../upstream/upstream.ts';
import { prepareTarget } from '../upstream/url-target.ts';
import { openUrlUpstream } from '../upstream/url-upstream.ts';

/** A server of a gateway's configuration, reached as the gateway reaches it. */
type ConfiguredServer = {
  name: string;
  /** Where it was listed, for the lock file; arguments may hold secrets and are not told. */
  source: string;
  open(events: UpstreamEvents): Upstream | Promise<Upstream>;
};

/** What a gateway's configuration says of pins. @throws GatewayError where it is none. */
export async function configuredServers(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{
  servers: ConfiguredServer[];
  lock: string | undefined;
  catalogue: string | undefined;
}> {
  const { servers, lock, catalogue, limits } = await loadConfig(path, env);
  const all = Object.entries(servers).map(([name, config]): ConfiguredServer => {
    if (!('url' in config)) {
      const source = 'as it was listed';
      return { name, source, open: (events) => openStdioUpstream(config, events) };
    }
    const target = prepareTarget(config.url, config.headers);
    const isOld = config.transport === 'sse';
    return {
      ...{ name, source: `${target.url.origin}${target.url.pathname}` },
      open(events) {
        const options = { target, events, maxAnswerBytes: limits.answerBytes };
        return isOld ? openSseUpstream(options) : openUrlUpstream(options);
      },
    };
  });
  return { servers: all, lock, catalogue };
}
