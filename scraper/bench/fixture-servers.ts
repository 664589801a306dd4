import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerSource } from '@toolwarden/catalogue';
import { startRegistry } from '../fixtures/loopback-registry.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, `../fixtures/servers/${name}.mjs`), 'utf8');

/** A registry with so many packages, each a small server with two tools. */
export function fixtureServers(count: number) {
  return startRegistry(
    fixtureSources(count).map(({ id }) => ({
      name: id.slice('npm:'.length),
      version: '1.0.0',
      manifest: { bin: 'index.mjs' },
      files: {
        'index.mjs': `#!/usr/bin/env node\n${fixture('plain')}`,
        'speak.mjs': fixture('speak'),
      },
    })),
  );
}

export function fixtureSources(count: number): ServerSource[] {
  return Array.from({ length: count }, (_, index) => ({ id: `npm:bench-${index}` as const }));
}
