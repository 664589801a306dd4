import { expect, test } from 'vitest';
import { foreignDependency } from './foreign-dependency.ts';

const registries = ['registry.npmjs.org', 'cache.acme.dev:4873'];
const lockOf = (entry: unknown) =>
  JSON.parse(JSON.stringify({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/x': entry }));

test.for([
  { resolved: 'https://evil.dev/x.tgz' },
  { resolved: 'http://127.0.0.1:9/x.tgz' },
  { resolved: 'https://registry.npmjs.org.evil.dev/x.tgz' },
  { resolved: 'https://registry.npmjs.org@evil.dev/x.tgz' },
  { resolved: 'https://cache.acme.dev/x.tgz' },
  { resolved: 'git+ssh://git@github.com/acme/x.git#0f' },
  { resolved: 'git+https://registry.npmjs.org/x.git#0f' },
  { resolved: 'file:../x' },
  { resolved: '../x' },
  { resolved: 7 },
  { link: true },
  { link: 'yes', version: '1.0.0' },
  'x',
])('%j is foreign', (entry) => {
  expect(foreignDependency(lockOf(entry), registries)).toBe('node_modules/x');
});

test.for([
  { version: '1.0.0', integrity: 'sha512-x' },
  { version: '1.0.0', inBundle: true, link: false },
  { resolved: 'https://registry.npmjs.org/x/-/x-1.0.0.tgz' },
  { resolved: 'http://cache.acme.dev:4873/x/-/x-1.0.0.tgz' },
])('%j is of a registry', (entry) => {
  expect(foreignDependency(lockOf(entry), registries)).toBeUndefined();
});
