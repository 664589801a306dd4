// CR15, CR16: what a server finds of the machine it runs on.
import { createSocket } from 'node:dgram';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { own } from '@toolwarden/catalogue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyServers } from '../../fixtures/copy-servers.ts';
import { needs } from '../../fixtures/needs.ts';
import { type Attempt, introspect, type Launch, type Network } from '../introspect.ts';
import { defaultLimits } from '../limits.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import type { Sandbox } from './sandbox.ts';

const describeSandboxed = await needs('bubblewrap');

describeSandboxed('a server in the sandbox', () => {
  let sandbox: Sandbox;
  let packageDir: string;
  beforeAll(async () => {
    sandbox = await chooseSandbox({ unsafeNoSandbox: false });
    packageDir = copyServers();
  });
  afterAll(() => rmSync(packageDir, { recursive: true, force: true, maxRetries: 20 }));

  const start = (
    fixture: string,
    args: string[],
    more: Partial<Launch> = {},
    place: { network?: Network } = {},
  ): Promise<Attempt> =>
    introspect(
      {
        argv: ({ node, package: dir }) => [node, `${dir}/${fixture}.mjs`],
        ...{ args, env: {}, files: {} },
        ...more,
      },
      { sandbox, slot: 9, packageDir, ...place },
      defaultLimits,
    );
  const words = ({ listing }: Attempt) =>
    Object.fromEntries(
      (listing?.tools ?? []).map((tool) => [tool.name, String(own(tool, 'description'))]),
    );

  test('CR15: sees no variable but its own and a few of the sandbox, nor does what starts it', async () => {
    const mark = `canary-${process.pid}-${Date.now()}`;
    process.env.TOOLWARDEN_CANARY = mark;
    const attempt = start('prints-environment', [mark, 'lingers'], {
      env: { NOTES_DIR: '{dir}/notes' },
    });
    // While it runs: of all that stands between us and it, no process was given our variables.
    const given = await expect
      .poll(() => environmentsOf(mark).filter((text) => text.includes('NOTES_DIR')), {
        interval: 5,
        timeout: 100_000,
      })
      .not.toEqual([])
      .then(() => environmentsOf(mark));
    const { environment = '' } = words(await attempt);
    delete process.env.TOOLWARDEN_CANARY;
    expect(given.join()).not.toContain(mark);
    const seen = JSON.parse(environment) as Record<string, string>;
    expect(Object.keys(seen).sort()).toEqual([
      ...['HOME', 'LANG', 'LOGNAME', 'NOTES_DIR', 'NO_COLOR', 'PATH', 'PWD', 'TERM', 'TMPDIR'],
      'USER',
    ]);
    expect(seen.NOTES_DIR).toBe('/home/user/work/notes');
    expect(environment).not.toContain(mark);
  });

  test('CR15, CR16: of forty places reads, writes and reaches none that is of this machine', async () => {
    const mark = `canary-${process.pid}-${Date.now()}`;
    // Not below /tmp, which is another one inside; and all may read and write there, so that only the sandbox forbids it.
    const outside = mkdtempSync('/var/tmp/toolwarden-outside-');
    const own = mkdtempSync(join(packageDir, 'own-'));
    for (const dir of [outside, own]) chmodSync(dir, 0o777);
    try {
      const canaries = [outside, own].map((dir) => join(dir, 'canary'));
      for (const file of canaries) {
        writeFileSync(file, mark);
        chmodSync(file, 0o666);
      }
      let connections = 0;
      const count = () => {
        connections++;
      };
      const tcp = createServer(count).listen(0);
      const path = join(outside, 'socket');
      const unix = createServer(count).listen(path);
      const abstract = createServer(count).listen(`\0${mark}`);
      const udp = createSocket('udp4').on('message', count).bind(0, '127.0.0.1');
      await Promise.all(
        [tcp, unix, abstract, udp].map((one) => new Promise((done) => one.once('listening', done))),
      );
      const port = (tcp.address() as { port: number }).port;
      const udpPort = udp.address().port;
      const home = homedir();
      const read = [
        ...[join(outside, 'canary'), '/etc/shadow', '/etc/hostname', '/etc/machine-id'],
        ...['/root/.ssh/id_rsa', '/root/.npmrc', `${home}/.npmrc`, `${home}/.ssh/id_ed25519`],
        ...['/var/run/docker.sock', '/var/lib/dpkg/status', '/proc/1/environ', '/proc/kcore'],
        ...[
          import.meta.filename,
          `/proc/${process.pid}/environ`,
          `/proc/${process.pid}/cmdline`,
          '/proc/1/root/etc/hostname',
        ],
        // Whatever really lies in the home of who runs this.
        ...filesIn(home).slice(0, 5),
      ];
      // There is one of that name inside.
      const homes = new Set([home, '/root']).difference(new Set(['/home/user']));
      const folders = [...homes, outside, '/var', '/run', '/srv', '/mnt', '/etc/ssl/private'];
      const write = [
        ...[join(outside, 'canary'), join(outside, 'mark'), join(home, mark), '/root/mark'],
        ...['/mark', '/etc/mark', '/etc/ssl/mark', '/usr/mark', '/usr/bin/mark', '/bin/mark'],
        ...['/var/mark', '/opt/mark', '/run/mark', '/sys/mark', '/dev/mark', '/proc/sys/mark'],
        ...['/package/mark', '/package/plain.mjs', `/package/${basename(own)}/canary`],
        ...[`/package/${basename(own)}/mark`, '/opt/node/bin/node', '/opt/node/bin/mark'],
      ];
      /** It may write here, and nothing of it is on this machine. */
      const passing = ['/tmp', '/home/user', '/home/user/work', '/dev/shm'].map(
        (dir) => `${dir}/${mark}`,
      );
      expect(new Set([...read, ...folders, ...write]).size).toBeGreaterThanOrEqual(40);
      const attempt = await start('spies', [
        JSON.stringify({
          ...{ read, folders, write: [...write, ...passing], ports: [port, udpPort] },
          sockets: [path, `\0${mark}`, '/var/run/docker.sock', '/run/dbus/system_bus_socket'],
          pids: [process.pid, process.ppid],
        }),
      ]);
      const said = words(attempt);
      // Not there at all, whatever user it runs as.
      for (const dir of homes) expect(said[`list ${dir}`]).toBe('ENOENT');
      const ownLine = readFileSync('/proc/self/cmdline', 'utf8').slice(0, 40);
      expect(said[`read /proc/${process.pid}/cmdline`]).not.toContain(ownLine);
      // Its own process 1 and its own files are no secret.
      const isOwn = (what: string) =>
        passing.some((file) => what.includes(file)) ||
        / \/proc\/(1\/environ|\d+\/cmdline)$/.test(what);
      const done = Object.entries(said).filter(([, how]) => how.startsWith('DONE'));
      expect(done.filter(([what]) => !isOwn(what))).toEqual([]);
      expect(done.length).toBeGreaterThanOrEqual(passing.length);
      expect(Object.keys(said).length).toBeGreaterThan(90);
      expect(JSON.stringify(attempt)).not.toContain(`DONE ${mark}`);
      expect(readdirSync(outside).sort()).toEqual(['canary', 'socket']);
      expect(readdirSync(own)).toEqual(['canary']);
      for (const file of canaries) expect(readFileSync(file, 'utf8')).toBe(mark);
      for (const file of [...passing, join(home, mark)]) expect(existsSync(file)).toBe(false);
      await new Promise((done) => setTimeout(done, 100));
      expect(connections).toBe(0);
      for (const one of [tcp, unix, abstract, udp]) one.close();
    } finally {
      for (const dir of [outside, own]) rmSync(dir, { recursive: true, maxRetries: 20 });
    }
  });

  test('CR16: reaches the hosts that a person allows, through a relay, and no other', async () => {
    const asked: string[] = [];
    const hosts = await Promise.all(
      ['allowed', 'forbidden'].map(async (name) => {
        const server = createHttpServer((_request, response) => {
          asked.push(name);
          response.end(name);
        }).listen(0, '127.0.0.1');
        await new Promise((done) => server.once('listening', done));
        return { server, host: `127.0.0.1:${(server.address() as { port: number }).port}` };
      }),
    );
    const [allowed, forbidden] = hosts.map(({ host }) => host) as [string, string];
    const outsideProxy = { url: undefined, except: [] };
    const network = { hosts: [allowed], outsideProxy };
    const told = async (host: string, more = {}) => {
      const attempt = await start('fetches', [`http://${host}/`], {}, more);
      return [words(attempt).told, attempt.reached];
    };
    expect(await told(allowed, { network })).toEqual(['allowed', [allowed]]);
    const [words403, reached] = await told(forbidden, { network });
    expect(words403).not.toBe('forbidden');
    expect(reached).toEqual([]);
    expect(await told(allowed)).toEqual(['ECONNREFUSED', undefined]);
    expect(asked).toEqual(['allowed']);
    for (const { server } of hosts) server.close();
  });
});

/** The variables of every process whose command line, or a parent's, has a mark. */
function environmentsOf(mark: string): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(mark))
    .map((pid) => read(`/proc/${pid}/environ`));
}

function filesIn(dir: string): string[] {
  return readdirSync(dir)
    .map((name) => join(dir, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
