import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { instructionsDigest, type JsonObject, toolDigest } from '@toolwarden/catalogue';
import { openAuditReader, openSqliteState } from '@toolwarden/gateway/operator';
import { type Lock, writeLock } from '@toolwarden/gateway/pins';
import type { Policy } from '@toolwarden/policy';

/** A server behind the gateway: its address, and the definitions that are known of it beforehand. */
export type KnownServer = {
  url: string;
  headers: Record<string, string>;
  instructions: string | undefined;
  tools: { definition: JsonObject & { name: string }; is: JsonObject | undefined }[];
};

export type ReplayGatewayOptions = {
  /** The `toolwarden` command, as a program and its arguments. */
  command: readonly string[];
  /** An empty folder for everything that the gateway keeps. */
  folder: string;
  servers: Record<string, KnownServer>;
  /** Servers whose first definitions were accepted. */
  pinned: readonly string[];
  policies: Record<string, Policy>;
  grants: { label: string; servers: string[]; policy: string }[];
};

/** The gateway as people run it, in a process of its own. */
export type ReplayGateway = {
  url: string;
  /** Tokens by the label of their grant. */
  tokens: ReadonlyMap<string, string>;
  approve(approvalId: string): void;
  /** Tools of the calls whose decisions stand in the audit, for one server of its configuration. */
  audited(server: string): string[];
  stop(): Promise<void>;
};

const START_MS = 120_000;

/** Starts `toolwarden gateway` with a configuration of all servers, policies and grants. */
export async function startReplayGateway(options: ReplayGatewayOptions): Promise<ReplayGateway> {
  const { command, folder, servers, policies } = options;
  for (const [name, policy] of Object.entries(policies)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(policy));
  }
  await writeLock(join(folder, 'toolwarden.lock.json'), lockOf(options));
  writeFileSync(join(folder, 'classes.json'), JSON.stringify(classesOf(servers)));
  const document = {
    listen: { port: 0 },
    admin: false,
    state: { sqlite: 'state/toolwarden.db' },
    servers: Object.fromEntries(
      Object.entries(servers).map(([name, { url, headers }]) => [name, { url, headers }]),
    ),
    policies: Object.fromEntries(Object.keys(policies).map((name) => [name, `${name}.json`])),
    catalogue: 'classes.json',
    lock: 'toolwarden.lock.json',
  };
  const config = join(folder, 'gateway.json');
  writeFileSync(config, JSON.stringify(document));
  const stateFolder = join(folder, 'state');
  const state = openSqliteState({ folder: stateFolder });
  const tokens = new Map(
    options.grants.map(({ label, servers: names, policy }) => [
      label,
      state.grants.create({ label, servers: names, policy }).token,
    ]),
  );
  const gateway = await startProcess([...command, 'gateway', '--config', config]);
  return {
    url: gateway.url,
    tokens,
    audited: (server) => auditedTools(stateFolder, server),
    approve: (id) => void state.approvals.answer(id, 'approved', 'a person'),
    async stop() {
      await gateway.stop();
      await state.close();
    },
  };
}

function auditedTools(stateFolder: string, server: string): string[] {
  const reader = openAuditReader(stateFolder);
  try {
    return [...reader.from(0)].flatMap(({ body }) => {
      const record = JSON.parse(body) as { kind: string; server?: string; tool?: string };
      return record.kind === 'decision' && record.server === server ? [record.tool ?? ''] : [];
    });
  } finally {
    reader.close();
  }
}

function lockOf({ servers, pinned }: ReplayGatewayOptions): Lock {
  const pins = pinned.map((name): [string, Lock['servers'][string]] => {
    const { instructions, tools } = servers[name] as KnownServer;
    return [
      name,
      {
        tools: Object.fromEntries(
          tools.map(({ definition }) => [
            definition.name,
            { digest: toolDigest(definition), definition },
          ]),
        ),
        ...(instructions !== undefined && {
          instructions: { digest: instructionsDigest(instructions), text: instructions },
        }),
      },
    ];
  });
  return { version: '1', servers: Object.fromEntries(pins) };
}

function classesOf(servers: Record<string, KnownServer>): JsonObject {
  const tools = Object.values(servers).flatMap((server) => server.tools);
  return Object.fromEntries(
    tools.flatMap(({ definition, is }) => (is === undefined ? [] : [[toolDigest(definition), is]])),
  );
}

async function startProcess([program = '', ...args]: string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const fail = () =>
      reject(new Error(`the gateway did not start: ${said.join(' ').slice(-600)}`));
    const timer = setTimeout(fail, START_MS);
    child.once('error', reject);
    child.once('exit', fail);
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [, address] = /(http:\/\/[^/\s]+)\/mcp\/SERVER/.exec(line) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
