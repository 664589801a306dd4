import * as z from 'zod';

/** Where a server comes from; the part of its id before the colon. */
export const origins = ['npm', 'registry', 'url', 'config'] as const;
export type Origin = (typeof origins)[number];
export const originSchema = z.enum(origins);

/** `<origin>:<identifier>`, for example `npm:@iterable/mcp`. Never holds a version. */
export type ServerId = `${Origin}:${string}`;

// npm's own grammar for new names, and its limit of 214 characters: nothing that reads as an option, a path or a spec.
const NPM_NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const REGISTRY_NAME = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;
const URL_PLACE = /^[a-z0-9.-]+(:\d{1,5})?(\/[\x21-\x7e]*)?$/;
const NPM_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
// Control characters would break lines and terminals; anything else may stand in a client's configuration.
const CONFIG_NAME = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

const grammar: Record<Origin, { isValid: (identifier: string) => boolean; expected: string }> = {
  npm: {
    isValid: (text) => text.length <= 214 && NPM_NAME.test(text),
    expected: 'an npm package name such as npm:@scope/name',
  },
  registry: {
    isValid: (text) => text.length <= 200 && REGISTRY_NAME.test(text),
    expected: 'a registry name such as registry:io.github.acme/notes',
  },
  url: {
    isValid: (text) => text.length <= 2048 && URL_PLACE.test(text),
    expected: 'host and path such as url:mcp.acme.dev/mcp',
  },
  config: {
    isValid: (text) => text.length <= 200 && CONFIG_NAME.test(text),
    expected: 'a name such as config:notes',
  },
};

/** The parts of a server id; `problem` says in a sentence what is wrong with a text that is none. */
export type ParsedServerId =
  | { ok: true; id: ServerId; origin: Origin; identifier: string; version?: string }
  | { ok: false; problem: string };

/** Reads `npm:@scope/name`, also with a version: `npm:name@1.2.3`. */
export function parseServerId(text: string): ParsedServerId {
  const colon = text.indexOf(':');
  const origin = origins.find((name) => name === text.slice(0, Math.max(colon, 0)));
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  if (origin === undefined) {
    return {
      ok: false,
      problem: `${shown} is no server id: begin it with one of ${origins.map((name) => `${name}:`).join(' ')}`,
    };
  }
  const { identifier, version } = splitVersion(origin, text.slice(colon + 1));
  if (!grammar[origin].isValid(identifier)) {
    return { ok: false, problem: `${shown} is no server id: expected ${grammar[origin].expected}` };
  }
  if (version !== undefined && !NPM_VERSION.test(version)) {
    return {
      ok: false,
      problem: `${shown} is no server id: expected an exact version such as 1.2.3 after the last @`,
    };
  }
  return {
    ok: true,
    id: `${origin}:${identifier}`,
    origin,
    identifier,
    ...(version === undefined ? {} : { version }),
  };
}

function splitVersion(origin: Origin, rest: string): { identifier: string; version?: string } {
  const at = rest.lastIndexOf('@');
  return origin === 'npm' && at > 0
    ? { identifier: rest.slice(0, at), version: rest.slice(at + 1) }
    : { identifier: rest };
}

/** A server id without a version. */
export const serverIdSchema = z.custom<ServerId>((value) => {
  const parsed = typeof value === 'string' ? parseServerId(value) : undefined;
  return parsed?.ok === true && parsed.version === undefined;
}, 'expected a server id such as npm:@scope/name');
