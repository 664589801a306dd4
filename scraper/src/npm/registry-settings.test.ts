import { expect, test } from 'vitest';
import { settingsFrom } from './registry-settings.ts';

test('only what is needed to reach the registry is taken over', () => {
  const { npmrc, certificates, hosts, registries } = settingsFrom(
    [
      'registry=https://npm.acme.dev/\nignore-scripts=false\nscript-shell=/bin/evil\ncafile=/etc/acme.pem\n',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: npm itself replaces such names.
      '@acme:registry=https://own.acme.dev/npm/\n//own.acme.dev/npm/:_authToken=${ACME_TOKEN}\nnode-options=--require x\n',
    ],
    {
      ACME_TOKEN: 'secret',
      npm_config_registry: 'http://127.0.0.1:4873/',
      npm_config_script_shell: 'x',
    },
  );
  expect(npmrc.split('\n').sort()).toEqual([
    '',
    '//own.acme.dev/npm/:_authToken=secret',
    '@acme:registry=https://own.acme.dev/npm/',
    'cafile=/etc/acme.pem',
    'registry=http://127.0.0.1:4873/',
  ]);
  expect(certificates).toEqual(['/etc/acme.pem']);
  expect(hosts.sort()).toEqual(['127.0.0.1', 'own.acme.dev']);
  expect(registries).toEqual(['registry.npmjs.org', '127.0.0.1:4873', 'own.acme.dev']);
});

test('proxy variables count where npm has no setting of its own', () => {
  const env = { HTTPS_PROXY: 'http://proxy.acme.dev:3128' };
  expect(settingsFrom([], env).npmrc).toBe('https-proxy=http://proxy.acme.dev:3128\n');
  expect(settingsFrom(['https-proxy=http://other:1'], env).npmrc).toBe(
    'https-proxy=http://other:1\n',
  );
});
