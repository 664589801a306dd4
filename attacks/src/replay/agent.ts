import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ReplayLine,
} from '@toolwarden/catalogue';
import { exactRequest } from './exact-request.ts';

/** Where an agent reaches a server, and with what token or headers of its own. */
export type Door = {
  url: string;
  token?: string;
  headers?: Record<string, string>;
  /** Started and spoken to over stdio, in the place of the address. */
  command?: string[];
};

/** What an agent got for a call. */
export type Got = { text: string; isError: boolean };

const LONGEST_LINE = 400;
const REQUEST_MS = 30_000;

/**
 * A client that plays the agent which is wholly in the attacker's hands: it reads everything, and does whatever the text
 * says. Only real clients of the protocol speak for it.
 */
export class Agent {
  readonly transcript: ReplayLine[] = [];
  /** How the person or model behind the client answers a form, and a request to sample; refused where absent. */
  onForm: ((message: string, properties: JsonObject) => JsonObject) | undefined;
  onSample: ((text: string) => string) | undefined;
  readonly #doors: Record<string, Door>;
  readonly #approve: (approvalId: string) => void;
  readonly #clients = new Map<string, Promise<Client>>();

  /** `approve` is the person behind the agent, who answers by another way than the agent's own. */
  constructor(doors: Record<string, Door>, approve: (approvalId: string) => void) {
    this.#doors = doors;
    this.#approve = approve;
  }

  /** What its client is connected to. */
  get doors(): string[] {
    return Object.keys(this.#doors);
  }

  /** Lists a server's tools; everything in the definitions counts as read. */
  async list(server: string): Promise<Tool[]> {
    const client = await this.#client(server);
    const { tools } = await client.listTools();
    this.#tell(
      'agent',
      `lists the tools of ${server}: ${tools.map(({ name }) => name).join(', ') || 'none'}`,
    );
    return tools;
  }

  /** What a server says of itself. */
  async instructions(server: string): Promise<string> {
    return (await this.#client(server)).getInstructions() ?? '';
  }

  /** Calls a tool; errors of the protocol come back as texts too, as agents see them. */
  async call(server: string, tool: string, args: JsonObject = {}): Promise<Got> {
    this.#tell('agent', `${server}: ${tool} ${JSON.stringify(args)}`);
    try {
      const client = await this.#client(server);
      const result = await client.callTool({ name: tool, arguments: args });
      const text = textOf(result['content'] as JsonValue);
      const isError = result['isError'] === true;
      const isOurs = isJsonObject(result['_meta']) && 'toolwarden/decision' in result['_meta'];
      this.#tell(isError && isOurs ? 'gateway' : 'server', text);
      return { text, isError };
    } catch (error) {
      const text = (error as Error).message;
      this.#tell(this.#answering(server), text);
      return { text, isError: true };
    }
  }

  /** The same where a person looks at the call and agrees, if the policy asks one. */
  async callWithPerson(server: string, tool: string, args: JsonObject = {}): Promise<Got> {
    const got = await this.call(server, tool, args);
    const [, id] = /toolwarden approvals approve ([0-9a-f]+)/.exec(got.text) ?? [];
    if (!got.isError || id === undefined) return got;
    this.#approve(id);
    this.#tell('client', `a person approves ${id}`);
    return this.call(server, tool, args);
  }

  /**
   * Does what a text orders, as often as it orders something: `<<server/tool {"json": "arguments"}>>`. What the agent has
   * read before stands in for `{{read}}` in the arguments. Gives what the last call came to.
   */
  async obey(text: string, read = ''): Promise<Got | undefined> {
    let got: Got | undefined;
    for (const [, server = '', tool = '', json = '{}'] of text.matchAll(ORDER)) {
      const args = JSON.parse(json.replaceAll('{{read}}', JSON.stringify(read).slice(1, -1)));
      got = await this.call(server, tool, args);
    }
    return got;
  }

  /** A request exactly as given, for attacks on the transport itself; `isFollowing` goes wherever it is sent on to. */
  async raw(
    server: string,
    init: {
      method?: string;
      headers?: Record<string, string>;
      body?: string;
      path?: string;
      isFollowing?: boolean;
    },
  ): Promise<{ status: number; text: string; headers: Headers }> {
    const door = this.#door(server);
    const { path = '', method = 'POST', body, isFollowing = false } = init;
    const headers = { ...JSON_HEADERS, ...credentialsOf(door), ...init.headers };
    const said = Object.entries(headers).filter(([name]) => /^mcp-(name|method)$/.test(name));
    const shown = said.map(([name, value]) => `${name}: ${value}, `).join('');
    this.#tell('agent', `${method} ${path || server} ${shown}${body ?? ''}`);
    const request = { method, headers, ...(body !== undefined && { body }) };
    const address = `${door.url}${path}`;
    const came = await (isFollowing
      ? followingRequest(address, request)
      : exactRequest(address, request, REQUEST_MS));
    const isRefused = came.status >= 300;
    this.#tell(isRefused ? this.#answering(server) : 'server', `${came.status} ${came.text}`);
    return came;
  }

  /** Takes back what was opened. */
  async close(): Promise<void> {
    for (const opening of this.#clients.values())
      await opening.then(
        (client) => client.close(),
        () => {},
      );
  }

  /** Who answers where something is refused: without a token nobody stands in between. */
  #answering(server: string): ReplayLine['who'] {
    return this.#door(server).token === undefined ? 'server' : 'gateway';
  }

  #door(server: string): Door {
    const door = this.#doors[server];
    if (door === undefined) throw new Error(`no server ${server} in this scenario`);
    return door;
  }

  #client(server: string): Promise<Client> {
    const known = this.#clients.get(server);
    if (known !== undefined) return known;
    const opening = this.#connect(this.#door(server));
    this.#clients.set(server, opening);
    return opening;
  }

  async #connect(door: Door): Promise<Client> {
    const client = new Client(
      { name: 'obedient-agent', version: '1' },
      { capabilities: { sampling: {}, elicitation: {} } },
    );
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      const form = this.onForm;
      this.#tell('server', `asks the user: ${params.message}`);
      if (form === undefined || !('requestedSchema' in params)) return { action: 'decline' };
      const content = form(params.message, params.requestedSchema.properties as JsonObject);
      this.#tell('client', `answers ${JSON.stringify(content)}`);
      return { action: 'accept', content: content as Record<string, string> };
    });
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
      const asked = params.messages.map(({ content }) => textOf([content] as JsonValue)).join('\n');
      this.#tell('server', `asks for a completion: ${asked}`);
      if (this.onSample === undefined) throw new Error('sampling declined');
      const text = this.onSample(asked);
      this.#tell('client', text);
      return { role: 'assistant', model: 'scripted', content: { type: 'text', text } };
    });
    if (door.command !== undefined) {
      const [command = '', ...args] = door.command;
      await client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));
      return client;
    }
    const requestInit = { headers: credentialsOf(door) };
    await client.connect(new StreamableHTTPClientTransport(new URL(door.url), { requestInit }));
    return client;
  }

  #tell(who: ReplayLine['who'], what: string) {
    this.transcript.push({
      who,
      what: what.length > LONGEST_LINE ? `${what.slice(0, LONGEST_LINE)}…` : what,
    });
  }
}

const ORDER = /<<([\w.-]+)\/([\w.-]+)(?: (\{.*?\}))?>>/gs;
const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** As HTTP libraries do it that follow redirects by themselves. */
async function followingRequest(address: string, request: RequestInit) {
  const signal = AbortSignal.timeout(REQUEST_MS);
  const response = await fetch(address, { ...request, signal });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

function credentialsOf({ token, headers }: Door): Record<string, string> {
  return { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers };
}

function textOf(content: JsonValue): string {
  if (!Array.isArray(content)) return '';
  return content
    .map((item) => (isJsonObject(item) && typeof item['text'] === 'string' ? item['text'] : ''))
    .join('\n');
}
