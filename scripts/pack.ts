// `npm run pack:cli [FOLDER]`: makes the package of the command, compiled and with all it needs, ready for `npm pack`.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { leaveOut } from './pack/absent-commands.ts';
import { bundle, bundleWhole } from './pack/bundle.ts';
import { licenceTexts } from './pack/licence-texts.ts';

const root = resolve(import.meta.dirname, '..');
const target = resolve(process.argv[2] ?? join(root, '.toolwarden', 'package'));

const BIN = `#!/usr/bin/env node
// Nothing newer than Node 14 here, so that an older one can still say what is needed.
if (Number(process.versions.node.split('.')[0]) >= 24) {
  // A client waits for each start, and a third of it is compiling.
  const cache = cacheFolder(process);
  if (cache) process.getBuiltinModule('module').enableCompileCache(cache);
  // A client waits for wrap at each of its own starts, so it has files of its own.
  import(process.argv[2] === 'wrap' ? '../dist/wrap/main-wrap.js' : '../dist/main.js');
} else {
  process.stderr.write('toolwarden: needs Node 24 or newer, this is ' + process.versions.node + '\\n');
  process.exit(2);
}

// Whoever can write there decides what runs: only below the user's own folder, and nothing that another made. A path from
// wherever we were started is no such folder.
function cacheFolder({ env, getBuiltinModule, getuid }) {
  const { isAbsolute, join } = getBuiltinModule('path');
  const { lstatSync } = getBuiltinModule('fs');
  const home = [env.XDG_CACHE_HOME, env.HOME && join(env.HOME, '.cache')].find((path) => path && isAbsolute(path));
  if (!home) return undefined;
  const ours = join(home, 'toolwarden');
  const cache = join(ours, 'compiled');
  try {
    const isForeign = (path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found && getuid && (found.uid !== getuid() || (found.mode & 2) !== 0);
    };
    return isForeign(ours) || isForeign(cache) ? undefined : cache;
  } catch {
    return undefined;
  }
}
`;

rmSync(target, { recursive: true, force: true });
const command = { root, entry: 'cli/src/main.ts', dir: join(target, 'dist'), plugins: [leaveOut] };
const wrap = { root, entry: 'cli/src/main-wrap.ts', dir: join(target, 'dist/wrap') };
const modules = [...(await bundle(command)), ...(await bundleWhole('gateway/src/wrap.ts', wrap))];
mkdirSync(join(target, 'bin'));
writeFileSync(join(target, 'bin', 'toolwarden.js'), BIN, { mode: 0o755 });
const { version } = JSON.parse(readFileSync(join(root, 'cli/package.json'), 'utf8'));
const manifest = {
  name: 'toolwarden',
  version,
  description: 'What the tools of MCP servers can do, and a gateway that enforces policies on them',
  license: 'Apache-2.0',
  type: 'module',
  bin: { toolwarden: 'bin/toolwarden.js' },
  engines: { node: '>=24' },
  files: ['bin', 'dist', 'THIRD_PARTY_LICENSES'],
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(join(target, 'THIRD_PARTY_LICENSES'), licenceTexts(modules));
cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
cpSync(join(root, 'scripts/pack/package-readme.md'), join(target, 'README.md'));
process.stdout.write(`${target}\n`);
