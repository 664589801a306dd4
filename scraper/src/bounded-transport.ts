import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';

export type TransportLimits = { lineBytes: number; stdoutBytes: number; junkMessages: number };

const NEWLINE = 10;
/** What may wait for a server that does not read what it is sent. */
const MAX_UNREAD_BYTES = 1024 ** 2;
const JUNK_KEPT = 50;

/**
 * MCP over the pipes of a process that is not trusted: nothing it writes is kept beyond a limit, what is no message is
 * skipped and counted, and only answers to what was asked reach the client.
 */
export class BoundedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  /** The limit that ended the exchange, in words. */
  exceeded: string | undefined;
  /** The first lines that were no message: banners and usage texts, mostly. */
  readonly junk: string[] = [];
  /** What the server answered to `initialize`, as it stood there. */
  initializeResult: JsonObject | undefined;

  private readonly input: Writable;
  private readonly output: Readable;
  private readonly limits: TransportLimits;
  /** By the id as a text: servers answer 7 with "7". */
  private readonly asked = new Map<string, { id: number | string; method: string }>();
  private parts: Buffer[] = [];
  private partBytes = 0;
  private totalBytes = 0;
  private junkCount = 0;
  private isClosed = false;

  constructor(streams: { stdin: Writable; stdout: Readable }, limits: TransportLimits) {
    this.input = streams.stdin;
    this.output = streams.stdout;
    this.limits = limits;
  }

  async start(): Promise<void> {
    this.output.on('data', (chunk: Buffer) => this.receive(chunk));
    this.output.on('end', () => void this.close());
    this.output.on('close', () => void this.close());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.isClosed) throw new Error('closed');
    if (this.input.writableLength > MAX_UNREAD_BYTES) return this.stop('unread input of 1 MiB');
    if ('method' in message && 'id' in message)
      this.asked.set(String(message.id), { id: message.id, method: message.method });
    this.input.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.parts = [];
    this.output.removeAllListeners('data');
    // Unread, a pipe holds up the end of the process.
    this.output.resume();
    this.onclose?.();
  }

  private stop(limit: string): void {
    this.exceeded ??= limit;
    void this.close();
  }

  private receive(chunk: Buffer): void {
    this.totalBytes += chunk.length;
    if (this.totalBytes > this.limits.stdoutBytes) {
      this.stop(`output over ${this.limits.stdoutBytes} bytes`);
      return;
    }
    let from = 0;
    while (!this.isClosed) {
      const end = chunk.indexOf(NEWLINE, from);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      if (this.partBytes + part.length > this.limits.lineBytes) {
        this.stop(`line over ${this.limits.lineBytes} bytes`);
        return;
      }
      this.parts.push(part);
      this.partBytes += part.length;
      // A line that drips in byte by byte must not cost an object a byte.
      if (this.parts.length > 1024) this.parts = [Buffer.concat(this.parts)];
      if (end < 0) return;
      const line = Buffer.concat(this.parts).toString('utf8');
      this.parts = [];
      this.partBytes = 0;
      from = end + 1;
      this.read(line);
    }
  }

  private read(line: string): void {
    const value = jsonIn(line);
    if (value === undefined) {
      if (line.trim() !== '') this.discard(line);
      return;
    }
    // Batches are part of the revision 2025-03-26.
    for (const item of Array.isArray(value) ? value : [value]) {
      if (this.isClosed) return;
      this.take(item, line);
    }
  }

  private take(item: unknown, line: string): void {
    const message = this.answerOf(item) ?? requestOf(item);
    if (message === undefined) {
      this.discard(line);
      return;
    }
    // Requests and notices are free of charge up to a number: each makes the client answer.
    if ('method' in message && ++this.junkCount > this.limits.junkMessages) {
      this.stop(`more than ${this.limits.junkMessages} messages that were not asked for`);
      return;
    }
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(error as Error);
    }
  }

  /** An answer to something asked, once, with nothing beside its own fields. */
  private answerOf(item: unknown): JSONRPCMessage | undefined {
    const id = own(item, 'id');
    if (typeof id !== 'number' && typeof id !== 'string') return undefined;
    const asked = this.asked.get(String(id));
    const result = own(item, 'result');
    const error = own(item, 'error');
    if (asked === undefined || (result === undefined && error === undefined)) return undefined;
    this.asked.delete(String(id));
    const base = { jsonrpc: '2.0' as const, id: asked.id };
    if (isJsonObject(result)) {
      return {
        ...base,
        result: asked.method === 'initialize' ? this.readInitialize(result) : result,
      };
    }
    const code = own(error, 'code');
    const words = own(error, 'message') ?? error ?? 'the result is no object';
    return {
      ...base,
      error: {
        code: typeof code === 'number' && Number.isSafeInteger(code) ? code : -32603,
        message: typeof words === 'string' ? words : 'an error without words',
      },
    };
  }

  /** The client reads this strictly; a mistyped capability is no reason to leave a server out. */
  private readInitialize(result: JsonObject): JsonObject {
    this.initializeResult = result;
    const protocolVersion = own(result, 'protocolVersion');
    return {
      protocolVersion: typeof protocolVersion === 'string' ? protocolVersion : '2024-11-05',
      capabilities: {},
      serverInfo: { name: 'server', version: '0' },
    };
  }

  private discard(line: string): void {
    if (this.junk.length < JUNK_KEPT) this.junk.push(line.slice(0, 2000));
    if (++this.junkCount > this.limits.junkMessages)
      this.stop(`more than ${this.limits.junkMessages} lines that are no message`);
  }
}

const ESCAPE = String.fromCharCode(27);
/** Colours and moves of a terminal. JSON has no raw escape character, so nothing of a message is lost with them. */
const TERMINAL_SEQUENCE = new RegExp(`${ESCAPE}\\[[0-9;?]*[ -/]*[@-~]`, 'g');

/** The JSON a line ends with; byte order marks, NULs, terminal sequences and labels stand before it in some servers. */
function jsonIn(line: string): unknown {
  const text = line.includes(ESCAPE) ? line.replace(TERMINAL_SEQUENCE, '') : line;
  // A label such as `[info]` starts like a batch.
  const starts = new Set([text.search(/[[{]/), text.indexOf('{')]);
  for (const start of starts) {
    if (start < 0) continue;
    try {
      return JSON.parse(text.slice(start));
    } catch {
      // No message from here on.
    }
  }
  return undefined;
}

/** A request or notice of the server; the client has no capability, so it refuses each request but `ping`. */
function requestOf(item: unknown): JSONRPCMessage | undefined {
  const method = own(item, 'method');
  const id = own(item, 'id');
  if (typeof method !== 'string') return undefined;
  // Parameters are left out: nothing here acts on them.
  return typeof id === 'number' || typeof id === 'string'
    ? { jsonrpc: '2.0', id, method }
    : { jsonrpc: '2.0', method };
}
