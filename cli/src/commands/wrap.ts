import { setFlagsFromString } from 'node:v8';
import { CliError, type Command, readArguments, readDuration } from '../command.ts';
import { readHeaders } from '../read-headers.ts';

export const wrapCommand: Command = {
  name: 'wrap',
  summary: 'run a server behind a policy, for a client that starts it on stdio',
  help: `
Usage: toolwarden wrap --policy FILE [options] -- COMMAND [ARGUMENT…]
       toolwarden wrap --policy FILE [options] --url ADDRESS [--header NAME:VALUE]…

Stands between an MCP client and a server that it starts, or that is reached over HTTP: every call is judged by the policy, counted and recorded
before the server sees it. Put it into the client's configuration in place of the server's command.

  --policy FILE     the policy; followed while it runs, and a broken change leaves the last good one in force
  --shadow FILE     a staged policy that judges every call beside it, without effect: toolwarden audit shadow says what it
                    would change
  --url ADDRESS     the server's Streamable HTTP endpoint, in place of a command
  --header NAME:VALUE  sent with each request to it; VALUE may say \${env:NAME}, which keeps secrets off the command line
  --server NAME     name in counters, approvals and audit; else made from the command and its arguments, or the address
  --catalogue PATH  what tools are, for rules under "classes": a catalogue's data folder, or a JSON file by digest
  --lock FILE       the definitions you accepted (toolwarden pins accept); what differs is withheld under
                    "pinning": "enforce" and told under "warn"; without --catalogue it also says what tools are
  --grant TOKEN     whose calls these are (or TOOLWARDEN_GRANT); needed where grants are configured
  --state DIR       where counters and audit lie (or TOOLWARDEN_STATE); else ~/.local/state/toolwarden
  --timeout TIME    longest silence of a request, such as 60s (default) or 10m; at most 300s, or TIME if longer, in all
  --approvals ADDRESS  where toolwarden approvals serve shows its pages (or TOOLWARDEN_APPROVALS): a client that can open
                    addresses leads its user there when a call waits
  --observe         decide and record as ever, but send every call on

A webhook hears of every call that begins to wait for approval, signed as Standard Webhooks say, without its arguments:
TOOLWARDEN_WEBHOOK is its address, TOOLWARDEN_WEBHOOK_SECRET the key (whsec_…).

Exit code: that of the server; 0 when the client left or a signal ended it; 2 where it could not start.

Example:
  toolwarden wrap --policy files.json -- npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /srv/notes
`,
  async run(args, io, signal) {
    const split = args.indexOf('--');
    const { values, positionals } = readArguments(
      'wrap',
      split === -1 ? args : args.slice(0, split),
      {
        policy: { type: 'string' },
        shadow: { type: 'string' },
        server: { type: 'string' },
        catalogue: { type: 'string' },
        grant: { type: 'string' },
        state: { type: 'string' },
        timeout: { type: 'string' },
        url: { type: 'string' },
        header: { type: 'string', multiple: true },
        lock: { type: 'string' },
        approvals: { type: 'string' },
        observe: { type: 'boolean' },
      },
    );
    const command = split === -1 ? [] : args.slice(split + 1);
    const url = values.url === undefined ? undefined : urlOf(values.url, values.header, io.env);
    if (positionals.length > 0 || (command.length === 0) === (url === undefined)) {
      throw new CliError(
        'usage',
        "wrap: expected the server's command after --, or --url; see toolwarden wrap --help",
      );
    }
    if (values.policy === undefined) {
      throw new CliError('usage', 'wrap: --policy FILE is missing; nothing runs without a policy');
    }
    // Each client starts one of these beside each of its servers, so room counts more than the last bit of speed: what a
    // call makes is short-lived, and V8 would give it 30 MB.
    setFlagsFromString('--semi-space-growth-factor=1');
    // Nor is what grew old to double before it is collected.
    setFlagsFromString('--heap-growing-percent=20');
    const { openSqliteState, pagesProblem, runWrap, stateFolder, stateOption } = await import(
      '@toolwarden/gateway/wrap'
    );
    const folder = stateFolder(values.state, io.env, io.cwd);
    // A client that went away is an end that leaves calls to drain, not one to stop at.
    process.stdout.removeAllListeners('error');
    const grant = values.grant ?? io.env['TOOLWARDEN_GRANT'];
    const webhook = webhookOf(io.env);
    const approvalPages = values.approvals ?? (io.env['TOOLWARDEN_APPROVALS'] || undefined);
    if (approvalPages !== undefined && pagesProblem(approvalPages) !== undefined) {
      const expected =
        'expected https, or http on this machine, and no more than the path /approvals';
      throw new CliError('usage', `wrap: --approvals ${approvalPages}: ${expected}`);
    }
    return runWrap(
      {
        command,
        ...(url && { url }),
        policy: values.policy,
        isObserving: values.observe === true,
        openState: () => openSqliteState({ folder }),
        stateOption: stateOption(folder, io.env, io.cwd),
        ...(values.shadow !== undefined && { shadow: values.shadow }),
        ...(values.server !== undefined && { server: values.server }),
        ...(values.catalogue !== undefined && { catalogue: values.catalogue }),
        ...(values.lock !== undefined && { lock: values.lock }),
        ...(grant !== undefined && { grant }),
        ...(webhook && { webhook }),
        ...(approvalPages !== undefined && { approvalPages }),
        ...(values.timeout !== undefined && { timeoutMs: readDuration('timeout', values.timeout) }),
      },
      {
        stdin: process.stdin,
        stdout: process.stdout,
        err: (line) => io.err(`toolwarden wrap: ${line}`),
        env: process.env,
      },
      signal,
    );
  },
};

/** The address, and what is sent with each request. */
function urlOf(address: string, headers: string[] = [], env: NodeJS.ProcessEnv) {
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? '')) {
    throw new CliError('usage', `wrap: --url ${address}: expected an http or https address`);
  }
  return { address, headers: readHeaders('wrap', headers, env) };
}

function webhookOf(env: NodeJS.ProcessEnv) {
  const url = env['TOOLWARDEN_WEBHOOK'];
  return url ? { url, secret: env['TOOLWARDEN_WEBHOOK_SECRET'] ?? '' } : undefined;
}
