import { expect, test } from 'vitest';
import { settingsFrom } from './registry-settings.ts';

test('only what is needed to reach the registry is taken over', () => {
  const { npmrc, certificates, hosts, registries, reachable } = settingsFrom(
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
  expect(reachable).toEqual(['127.0.0.1:4873', 'own.acme.dev:443']);
});

test('npm’s own registry is reached where no other is set, and what a person adds', () => {
  expect(settingsFrom([], {}).reachable).toEqual(['registry.npmjs.org:443']);
  const own = 'registry=https://npm.acme.dev/\n';
  const { reachable, registries } = settingsFrom([own], {
    TOOLWARDEN_REGISTRY_HOSTS: 'files.acme.dev, cache.acme.dev:8443',
  });
  const added = ['files.acme.dev:443', 'cache.acme.dev:8443'];
  expect(reachable).toEqual(['npm.acme.dev:443', ...added]);
  expect(registries).toEqual([
    ...['registry.npmjs.org', 'npm.acme.dev', 'files.acme.dev', 'cache.acme.dev:8443'],
  ]);
  expect(settingsFrom([`${own}replace-registry-host=never\n`], {}).reachable).toEqual([
    ...['registry.npmjs.org:443', 'npm.acme.dev:443'],
  ]);
});

test('proxy variables count where npm has no setting of its own, and none of it reaches npm', () => {
  const env = { HTTPS_PROXY: 'http://proxy.acme.dev:3128', no_proxy: '.acme.dev,localhost' };
  expect(settingsFrom([], env)).toMatchObject({
    npmrc: '\n',
    outsideProxy: { url: 'http://proxy.acme.dev:3128', except: ['.acme.dev', 'localhost'] },
  });
  expect(settingsFrom(['https-proxy=http://other:1'], env).outsideProxy.url).toBe('http://other:1');
  expect(settingsFrom(['https-proxy=null'], env).outsideProxy.url).toBeUndefined();
});
