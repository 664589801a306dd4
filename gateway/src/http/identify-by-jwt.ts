import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { JwtConfig } from '../config/gateway-config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Identify, Identity } from './identity.ts';
import type { ProtectedResource } from './protected-resource.ts';

/** How a token is checked. */
export type JwtOptions = {
  config: JwtConfig;
  resource: ProtectedResource;
  /** Milliseconds. */
  clock: () => number;
};

const JWT = /^Bearer +([\w-]{1,4096}\.[\w-]{1,8192}\.[\w-]{1,2048})$/i;
const MAX_KEYS_BYTES = 256 * 1024;
/** After keys could not be read they are not asked for again at once, however many tokens come. */
const KEYS_PAUSE_MS = 5_000;
/** A token that was good is not looked at again for so long; that it ends is. */
const TRUST_MS = 60_000;
const MOST_TRUSTED = 1_000;

/** Knows callers by tokens that an authorization server signed for this gateway. @throws GatewayError for a broken file of keys. */
export async function identifyByJwt({ config, resource, clock }: JwtOptions): Promise<Identify> {
  const keys = await keysOf(config, clock);
  const options = {
    issuer: config.issuer,
    audience: config.audience ?? config.resource,
    algorithms: config.algorithms,
    clockTolerance: config.leewayS,
    requiredClaims: ['exp', 'sub'],
  };
  const trusted = new Map<string, { identity: Identity; until: number }>();
  const check = async (token: string, hash: string): Promise<Identity | undefined> => {
    let payload: JWTPayload;
    try {
      const currentDate = new Date(clock());
      ({ payload } = await jwtVerify(token, keys, { ...options, currentDate }));
    } catch (error) {
      if (isTokensFault(error) || hasEnded(token, clock() - config.leewayS * 1_000))
        return undefined;
      // Without keys nobody can be told from anybody.
      const why = (error as Error).message;
      throw new GatewayError('keys-unreadable', `the keys of ${config.issuer}: ${why}`, {
        cause: error,
      });
    }
    const identity = identityOf(payload as JsonObject, config, resource);
    if (identity === undefined) return undefined;
    if (trusted.size >= MOST_TRUSTED) trusted.clear();
    const end = ((payload.exp as number) + config.leewayS) * 1_000;
    trusted.set(hash, { identity, until: Math.min(end, clock() + TRUST_MS) });
    return identity;
  };
  return (authorization) => {
    const token = JWT.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const hash = createHash('sha256').update(token).digest('base64');
    const known = trusted.get(hash);
    if (known !== undefined && clock() < known.until) return known.identity;
    trusted.delete(hash);
    return check(token, hash);
  };
}

/** The keys that check signatures. @throws GatewayError for a file that has none. */
export async function keysOf(
  { jwks, jwksUrl }: JwtConfig,
  clock: () => number,
): Promise<JWTVerifyGetKey> {
  if (jwks !== undefined) {
    try {
      return createLocalJWKSet(JSON.parse(await readFile(jwks, 'utf8')));
    } catch (error) {
      const why = (error as Error).message;
      throw new GatewayError('config-invalid', `${jwks}: no keys can be read from it: ${why}`, {
        cause: error,
      });
    }
  }
  let quietUntil = 0;
  return createRemoteJWKSet(new URL(jwksUrl ?? ''), {
    timeoutDuration: 5_000,
    // A key that is not known is looked for again at most twice a minute.
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
    [customFetch]: async (url, init) => {
      if (clock() < quietUntil) throw new Error('they could not be read a moment ago');
      try {
        return await boundedFetch(url, init);
      } catch (error) {
        quietUntil = clock() + KEYS_PAUSE_MS;
        throw error;
      }
    },
  });
}

async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.status !== 200) throw new Error(`the address answered with HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_KEYS_BYTES) throw new Error(`they are longer than ${MAX_KEYS_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: 200 });
}

/** Whether it is the token that is wrong, and not that its keys could not be had. */
function isTokensFault(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}

/** Whether a token says itself that its time is over, whoever signed it. */
function hasEnded(token: string, at: number): boolean {
  try {
    return (decodeJwt(token).exp ?? 0) * 1_000 <= at;
  } catch {
    return true;
  }
}

function identityOf(
  payload: JsonObject,
  { claim, access }: JwtConfig,
  resource: ProtectedResource,
): Identity | undefined {
  const subject = own(payload, 'sub');
  if (typeof subject !== 'string' || subject === '') return undefined;
  const opened = wordsIn(own(payload, claim)).flatMap((word) =>
    Object.hasOwn(access, word) && access[word] ? [access[word]] : [],
  );
  const policies = new Set(opened.map(({ policy }) => policy));
  const [policy = ''] = policies;
  // Which of two policies holds nobody said, so neither opens anything.
  const isOne = policies.size === 1;
  return {
    grant: grantOf(subject),
    servers: isOne ? [...new Set(opened.flatMap(({ servers }) => servers))].sort() : [],
    policy: isOne ? policy : '',
    needs: (server) => resource.insufficient(server, policy),
  };
}

function wordsIn(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

/** Whose counters, marks and records these are; nothing that is no plain name stands where those are read. */
function grantOf(subject: string): string {
  if (/^[A-Za-z0-9_.@|:+-]{1,100}$/.test(subject)) return `jwt:${subject}`;
  return `jwt-sha256:${createHash('sha256').update(subject).digest('base64url')}`;
}
