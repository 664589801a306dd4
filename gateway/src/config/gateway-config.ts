import { z } from 'zod';
import { pagesProblem } from '../elicitation/approval-question.ts';
import { isLoopback } from './is-loopback.ts';

/** Names stand in addresses, counters and the audit. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'expected 1 to 64 of A-Z a-z 0-9 _ . -');
const path = z.string().min(1);
const port = z.int().min(0).max(65_535);
const count = z.int().min(1).max(1_000_000);
const bytes = z
  .int()
  .min(10_000)
  .max(64 * 1024 ** 3);
const milliseconds = z.int().min(10).max(86_400_000);

/** Signatures by a key that only the authorization server has; whoever can check one cannot make one. */
const SIGNATURES = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** Headers that the protocol or the transport sets. */
const OWN_HEADERS =
  /^(host|connection|keep-alive|content-.*|transfer-encoding|te|trailer|upgrade|accept|last-event-id|mcp-.*)$/i;

const headers = z.record(
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header')
    .refine((header) => !OWN_HEADERS.test(header), 'this header is set by the gateway itself'),
  z.string(),
);

/** An address that nothing secret is read or written at unless it is encrypted, or stays on this machine. */
const safeUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => URL.canParse(url) && (url.startsWith('https:') || isLoopback(new URL(url).hostname)),
    'expected https, or http on this machine',
  );

/** Who calls is said by tokens that an authorization server signed, beside grants. */
const jwt = z.strictObject({
  issuer: z.string().min(1),
  /** What this gateway is called where tokens are asked for: its own address, such as `https://mcp.example.com/mcp`. */
  resource: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => URL.canParse(url) && new URL(url).hash === '' && new URL(url).search === '',
      'expected an address without query and fragment',
    ),
  /** What a token must be for; `resource` unless it is said. */
  audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  /** The keys that sign: an address they are read from, or a file. */
  jwksUrl: safeUrl.optional(),
  jwks: path.optional(),
  algorithms: z
    .array(z.enum(SIGNATURES))
    .min(1)
    .default([...SIGNATURES]),
  /** How far the clocks may differ. */
  leewayS: z.int().min(0).max(60).default(5),
  /** The claim that `access` is about: words with spaces between them, or a list. */
  claim: z.string().min(1).default('scope'),
  /** What each of its words opens. A token whose words lead to two policies is refused. */
  access: z.record(
    z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'expected a word without spaces and quotes'),
    z.strictObject({ servers: z.array(z.string().min(1)).min(1), policy: name }),
  ),
});

const commandServer = z.strictObject({
  /** A program and its arguments; started for each client, never through a shell. */
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  /** All the variables it gets beside PATH, HOME, USER, LANG and TMPDIR; values may say `${env:NAME}`. */
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional(),
  cwd: path.optional(),
});

const urlServer = z.strictObject({
  /** Its endpoint. */
  url: z.url({ protocol: /^https?$/ }).refine((url) => {
    const { username, password, hash } = new URL(url);
    return username === '' && password === '' && hash === '';
  }, 'expected an address without user, password and fragment; credentials belong into headers'),
  /** How it is spoken with: Streamable HTTP, or `sse` for a server of the first revision's HTTP+SSE. */
  transport: z.enum(['http', 'sse']).optional(),
  /** Sent with each request; values may say `${env:NAME}`. A client's own credentials never are. */
  headers: headers.optional(),
});

/** What an operator writes for `toolwarden gateway`. */
export const gatewayConfigSchema = z.strictObject({
  $schema: z.string().optional(),
  listen: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: port.default(8787),
      /** Names that requests may be addressed to, beside this machine's own: what a proxy in front is called. */
      hosts: z.array(z.string().min(1)).optional(),
      /** Pages that may call from a browser, as `https://app.example.com`. */
      origins: z.array(z.string().min(1)).optional(),
    })
    .prefault({}),
  /** Health, metrics and the pages for approvals; `false` where nobody asks for them. */
  admin: z
    .union([
      z.literal(false),
      z.strictObject({ host: z.string().min(1).default('127.0.0.1'), port: port.default(8788) }),
    ])
    .prefault({}),
  state: z
    .strictObject({
      /** The database, in a folder of its own; with Redis it holds this process's audit. */
      sqlite: path.optional(),
      /** Where replicas share limits, grants and approvals: `redis://HOST:6379`; may say `${env:NAME}`. */
      redis: z
        .string()
        .regex(/^(rediss?:\/\/|\$\{env:)/, 'expected an address such as redis://HOST:6379')
        .optional(),
      /** So many of Redis's own replicas must have a charge before its call is sent on. */
      replicas: z.int().min(0).max(10).optional(),
      durability: z.enum(['process', 'power']).optional(),
    })
    .prefault({}),
  audit: z
    .strictObject({
      /** Arguments that records hold as they are, such as `args.campaignId`. */
      fields: z.array(z.string()).optional(),
      /** A folder where every record is written as a line of JSON too. */
      mirror: path.optional(),
    })
    .prefault({}),
  approvals: z
    .strictObject({
      /** Where people reach the pages for approvals, if that is not the admin address: clients lead their users there. */
      pages: z
        .url({ protocol: /^https?$/ })
        .refine(
          (url) => pagesProblem(url) === undefined,
          'expected https, or http on this machine, and no more than the path /approvals',
        )
        .optional(),
      /** Hears of every call that begins to wait for a person, signed as Standard Webhooks say. */
      webhook: z
        .strictObject({
          url: z.string().min(1),
          /** `whsec_` and at least 24 bytes in base64; may say `${env:NAME}`. */
          secret: z.string().min(1),
        })
        .optional(),
    })
    .prefault({}),
  /** `open`: whoever reaches this loopback address may call, by the one policy there is. */
  grants: z.literal('open').optional(),
  auth: z.strictObject({ jwt }).optional(),
  /** A span of every call goes to a collector (OTLP over HTTP); `false` whatever the environment says. */
  tracing: z
    .union([
      z.literal(false),
      z.strictObject({ endpoint: safeUrl.optional(), headers: headers.optional() }),
    ])
    .optional(),
  servers: z.record(name, z.union([commandServer, urlServer])),
  policies: z.record(name, path),
  /** Staged policies: they judge every call beside the one in force, and nothing follows from it but a note in the record. */
  shadow: z
    .strictObject({
      /** By the policy that they run beside. */
      policies: z.record(name, path).optional(),
      /** By the id of a single grant; goes before that of its policy. */
      grants: z.record(z.string().min(1), path).optional(),
    })
    .optional(),
  /** What tools are, for rules under `classes`: a catalogue's data folder, or a JSON file by digest. */
  catalogue: path.optional(),
  lock: path.optional(),
  limits: z
    .strictObject({
      /** Requests that may wait for an answer at once, in all and for one grant. */
      inFlight: count.default(1_000),
      inFlightPerGrant: count.default(32),
      sessions: count.default(10_000),
      sessionsPerGrant: count.default(100),
      /** What requests without an answer may hold in memory, in all and for one grant; as much again may wait for slow readers. */
      waitingBytes: bytes.default(256 * 1024 * 1024),
      waitingBytesPerGrant: bytes.default(64 * 1024 * 1024),
      /** Connections of clients; more are not taken. */
      connections: count.default(25_000),
      /** Processes of servers that are commands. */
      children: count.default(200),
      childrenPerGrant: count.default(100),
      bodyBytes: count.max(4 * 1024 * 1024).default(4 * 1024 * 1024),
      /** Longest answer of a server; a longer one is withheld. */
      answerBytes: z
        .int()
        .min(1_000)
        .max(64 * 1024 * 1024)
        .default(8 * 1024 * 1024),
      headerMs: milliseconds.default(10_000),
      bodyMs: milliseconds.default(30_000),
      /** How long a request may stay silent; progress extends it, up to the hard limit. */
      idleMs: milliseconds.default(60_000),
      hardMs: milliseconds.default(300_000),
      /** After so long without a request or an open stream a session is over. */
      sessionIdleMs: milliseconds.default(3_600_000),
      /** How long a list of tools is taken for current where no notice of a change would come. */
      listAgeMs: milliseconds.default(60_000),
      /** The same under a policy that enforces pins; 0 reads the list again before every call. */
      pinAgeMs: z.int().nonnegative().default(0),
      /** How long an opening or a list of joined servers waits for one of them. */
      joinMs: milliseconds.default(10_000),
      /** What calls in flight get when the gateway is asked to stop. */
      drainMs: milliseconds.default(10_000),
    })
    .prefault({}),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
export type ServerConfig = GatewayConfig['servers'][string];
export type JwtConfig = z.infer<typeof jwt>;
export type GatewayLimits = GatewayConfig['limits'];

/** The configuration's schema for editors, usable as its `$schema`. */
export function gatewayConfigJsonSchema(): object {
  return z.toJSONSchema(gatewayConfigSchema, { io: 'input' });
}
