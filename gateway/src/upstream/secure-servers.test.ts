// Servers at `https:` addresses, behind the whole gateway.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { testNeeding } from '../testing/needs.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const test = await testNeeding('openssl');

/** A certificate of nobody's but this test's. */
function makeCertificate() {
  const folder = temporaryFolder();
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', files.key, '-out', files.cert, '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(files.key), cert: readFileSync(files.cert, 'utf8') };
}

/** Speaks TLS before a server that does not. */
async function startTls(certificate: ReturnType<typeof makeCertificate>, port: () => number) {
  let connections = 0;
  const open = new Set<Socket>();
  const tls = createServer(certificate, (secure) => {
    // One that is given up for its certificate may be open here for a moment; nothing is said over it.
    secure.once('data', () => connections++);
    const plain = connect(port(), '127.0.0.1');
    for (const socket of [secure, plain]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => void [secure, plain].map((each) => each.destroy()));
    }
    secure.pipe(plain).pipe(secure);
  });
  await new Promise<void>((done) => tls.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    tls.close();
  });
  const address = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/mcp`;
  return { address, connections: () => connections };
}

test('a server at an https address is called over one kept connection, and only where its certificate is trusted', async () => {
  const certificate = makeCertificate();
  let port = 0;
  const { address, connections } = await startTls(certificate, () => port);
  const harness = await startHttpHarness({ servers: { secure: { url: address } } });
  port = harness.server.port;

  const stranger = await harness.open({}, {}, '/mcp/secure');
  expect(stranger.opened.messages).toMatchObject([
    { error: { message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') } },
  ]);
  expect([connections(), harness.server.seen.length]).toEqual([0, 0]);

  const before = getCACertificates('default');
  onTestFinished(() => setDefaultCACertificates(before));
  setDefaultCACertificates([...before, certificate.cert]);
  const session = await harness.open({}, {}, '/mcp/secure');
  for (const text of ['one', 'zwölf', 'x'.repeat(100_000)]) {
    expect((await session.call('act', { text })).messages).toMatchObject([{ result: {} }]);
  }
  expect(harness.reached().map(({ text }) => text)).toEqual(['one', 'zwölf', 'x'.repeat(100_000)]);
  expect(connections()).toBe(1);
});
