import { afterEach, expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
let harness: Harness;
afterEach(() => expect(harness?.broken({ clientLeft: true }) ?? []).toEqual([]));

const start = async (policy: object) => {
  harness = await createHarness({ policy: { version: '1', default: 'deny', ...policy } as never });
};
const read = (uri: string, method = 'resources/read') => {
  harness.send(JSON.stringify({ jsonrpc: '2.0', id: uri, method, params: { uri } }));
};
const isRefused = async (uri: string) => {
  read(uri);
  return harness.answerTo(uri);
};
const reached = () =>
  harness.serverGot().flatMap(({ params }) => (params as { uri?: string } | undefined)?.uri ?? []);

test.for(['../../etc/passwd', '%2e%2e/secret', '..%2fsecret', '.\t./secret', 'a/..'])(
  'P11: a pattern lets no address pass that leads out of it: %j',
  async (rest) => {
    await start({ resources: { 'file:///srv/notes/*': {} } });
    expect(await isRefused(`file:///srv/notes/${rest}`)).toMatchObject({
      error: { code: -32600, message: expect.stringContaining('may lead elsewhere') },
    });
    read('file:///srv/notes/a');
    await expect.poll(reached).toEqual(['file:///srv/notes/a']);
  },
);

test('P11: nor does an address come round a rule that refuses a folder, but one that a rule names is meant', async () => {
  const resources = { 'file:///etc/*': { action: 'deny' }, 'x://a/../b': {} };
  await start({ default: 'allow', resources });
  expect(await isRefused('file:///srv/../etc/passwd')).toHaveProperty('error');
  read('x://a/../b', 'resources/subscribe');
  await expect.poll(reached).toEqual(['x://a/../b']);
});

test('a policy that says nothing of resources leaves their addresses to the server', async () => {
  await start({ default: 'allow' });
  read('x://a/../b');
  await expect.poll(reached).toEqual(['x://a/../b']);
});
