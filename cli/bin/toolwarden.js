#!/usr/bin/env node
// Plain JavaScript, so that an older Node can still say what it needs, or hand over to the pinned one.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const LEAST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) >= LEAST_NODE) {
  await import('../src/main.ts');
} else {
  const pinned = findPinnedNode();
  if (pinned === undefined) {
    process.stderr.write(
      `toolwarden: needs Node ${LEAST_NODE} or newer, this is ${process.versions.node}: run npm install here, which brings it\n`,
    );
    process.exit(2);
  }
  const self = fileURLToPath(import.meta.url);
  const { status, signal } = spawnSync(pinned, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(signal === null ? (status ?? 2) : 1);
}

/** The binary of the devDependency `node`, where it is installed. */
function findPinnedNode() {
  try {
    return createRequire(import.meta.url).resolve('node/bin/node');
  } catch {
    return undefined;
  }
}
