import { createHash } from 'node:crypto';
import type { JsonObject } from '@toolwarden/catalogue';

/** A call as it reached a server. */
export type ReachedCall = { server: string; tool: string; arguments: JsonObject };

/** Everything outside the gateway, in one run of one scenario: what servers hold, were asked and let out. */
export class World {
  /** A text that stands for a secret: nobody can know it who did not read it. */
  readonly canary: string;
  /** Every call of a tool that reached a server. */
  readonly calls: ReachedCall[] = [];
  /** What left for a place that the user did not choose. */
  readonly outside: string[] = [];
  /** Whatever servers keep: files, records, balances. */
  readonly store = new Map<string, unknown>();
  /** Requests that reached a server, with their headers. */
  readonly requests: { path: string; headers: Record<string, string>; body: string }[] = [];
  /** Tools of calls that stand in the gateway's audit; filled in when the run is over. */
  readonly audited: string[] = [];

  /** The same `name` gives the same secret, so that the records of two runs can be compared. */
  constructor(name: string) {
    this.canary = `canary-${createHash('sha256').update(name).digest('hex').slice(0, 18)}`;
  }

  /** Whether a tool was reached, with arguments that fit where a test is given. */
  reached(tool: string, fits: (args: JsonObject) => boolean = () => true): boolean {
    return this.calls.some((call) => call.tool === tool && fits(call.arguments));
  }

  count(tool: string): number {
    return this.calls.filter((call) => call.tool === tool).length;
  }

  /** Whether the secret got out. */
  get isLeaked(): boolean {
    return this.outside.some((text) => text.includes(this.canary));
  }
}
