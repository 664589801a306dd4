import { join } from 'node:path';

/** Where a program that uses MCP servers keeps its list of them. */
export type ClientPlace = {
  client: string;
  file: string;
  format: 'json' | 'toml';
  /** Ways to the object of servers, by key; the first that is there counts, except under `projects`. */
  keys: string[][];
};

type Machine = {
  home: string;
  /** The folder in which a project's own configuration is looked for. */
  cwd: string;
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
};

const MCP_SERVERS = [['mcpServers']];

/** The configurations of the clients we know, on this machine, in the order in which a name is decided. */
export function clientPlaces({ home, cwd, platform, env }: Machine): ClientPlace[] {
  const applications =
    platform === 'darwin'
      ? join(home, 'Library/Application Support')
      : platform === 'win32'
        ? (env.APPDATA ?? join(home, 'AppData/Roaming'))
        : (env.XDG_CONFIG_HOME ?? join(home, '.config'));
  const json = (client: string, file: string, keys = MCP_SERVERS): ClientPlace => ({
    client,
    file,
    format: 'json',
    keys,
  });
  return [
    json('project', join(cwd, '.mcp.json')),
    json('Cursor', join(cwd, '.cursor/mcp.json')),
    json('VS Code', join(cwd, '.vscode/mcp.json'), [['servers']]),
    json('Gemini CLI', join(cwd, '.gemini/settings.json')),
    json('Claude Desktop', join(applications, 'Claude/claude_desktop_config.json')),
    json('Claude Code', join(home, '.claude.json'), [
      ['mcpServers'],
      ['projects', '*', 'mcpServers'],
    ]),
    json('Cursor', join(home, '.cursor/mcp.json')),
    json('VS Code', join(applications, 'Code/User/mcp.json'), [['servers']]),
    json('VS Code', join(applications, 'Code/User/settings.json'), [['mcp', 'servers']]),
    json('Windsurf', join(home, '.codeium/windsurf/mcp_config.json')),
    json('Gemini CLI', join(home, '.gemini/settings.json')),
    {
      client: 'Codex',
      file: join(env.CODEX_HOME ?? join(home, '.codex'), 'config.toml'),
      format: 'toml',
      keys: [['mcp_servers']],
    },
  ];
}
