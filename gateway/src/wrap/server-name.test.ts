import { expect, test } from 'vitest';
import { serverNameOf } from './server-name.ts';

test.for<[string, string, RegExp]>([
  ['a package', 'npx -y @acme/notes', /^npm:@acme\/notes$/],
  ['its version is left out', 'npx -y @acme/notes@1.2.3', /^npm:@acme\/notes$/],
  ['a Python package', 'uvx mcp-server-git', /^pypi:mcp-server-git$/],
  ['a script', '/usr/bin/node /srv/server.js', /^local:server\.js#[0-9a-f]{8}$/],
  ['a program', '/opt/bin/server', /^local:server$/],
])('%s', ([, command, expected]) => {
  expect(serverNameOf(command.split(' '))).toMatch(expected);
});

test('hole: two set-ups of one package are two servers, and share no counter', () => {
  const [one, two] = ['/srv/a', '/srv/b'].map((root) => serverNameOf(['npx', '-y', 'files', root]));
  expect(one).not.toBe(two);
});

test('I7: arguments, which may hold secrets, are not in the name', () => {
  expect(serverNameOf(['npx', 'notes', '--token', 'canary'])).not.toContain('canary');
});
