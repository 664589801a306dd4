import { isReadableServer } from '../join/joined-name.ts';
import { type ConfigProblem, readConfig } from './load-config.ts';

/** What is right in a configuration and still worth saying. */
export async function gatewayRemarks(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<ConfigProblem[]> {
  const read = await readConfig(path, env);
  if (!read.ok) return [];
  return Object.keys(read.config.servers)
    .filter((name) => !isReadableServer(name))
    .map((name) => ({
      pointer: `/servers/${name}`,
      message:
        'at /mcp its tools get names by digest; a shorter name of letters, digits, - and single _ would show',
    }));
}
