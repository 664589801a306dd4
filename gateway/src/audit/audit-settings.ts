import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';
import type { Durability } from '../state/state.ts';

/** What an operator chooses for a state folder, in its `settings.json`. */
export type StateSettings = {
  durability: Durability;
  /** Arguments that records hold as they are, such as `args.campaignId`, or `args` for all; others are only hashed. */
  fields: string[];
  /** A folder where every record is written as a line of JSON too, a file a chain. */
  mirror?: string;
  /** Where signed checkpoints go; on another disk or machine they show what was cut from the audit. */
  checkpoints?: string;
};

/** What holds where nothing was chosen. */
const defaultSettings: StateSettings = { durability: 'process', fields: [] };

const FIELD = /^args(\.[A-Za-z_][\w-]{0,63}){0,8}$/;

/** Reads the settings of a state folder; a file that is not there means the defaults, a wrong one stops. */
export function readSettings(path: string): StateSettings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return defaultSettings;
    throw wrong(path, (error as Error).message);
  }
  return settingsOf(parse(path, text), path);
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    throw wrong(path, (error as Error).message);
  }
  throw wrong(path, 'expected an object');
}

// By hand, because a schema library costs more to load than all else that a call through the gateway needs.
function settingsOf(found: Record<string, unknown>, path: string): StateSettings {
  const { durability = 'process', fields = [], mirror, checkpoints, ...unknown } = found;
  const [other] = Object.keys(unknown);
  if (other !== undefined) {
    throw wrong(
      path,
      `${JSON.stringify(other)} is no setting; expected durability, fields, mirror, checkpoints`,
    );
  }
  if (durability !== 'process' && durability !== 'power') {
    throw wrong(path, 'durability: expected "process" or "power"');
  }
  if (!isFieldList(fields)) {
    throw wrong(path, 'fields: expected a list of paths such as "args.campaignId"');
  }
  return {
    durability,
    fields,
    ...(mirror === undefined ? {} : { mirror: place('mirror', mirror, path) }),
    ...(checkpoints === undefined ? {} : { checkpoints: place('checkpoints', checkpoints, path) }),
  };
}

function isFieldList(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.every((each) => typeof each === 'string' && FIELD.test(each))
  );
}

/** A path, relative to the file that names it. */
function place(name: string, value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(path, `${name}: expected a path`);
  return isAbsolute(value) ? value : resolve(path, '..', value);
}

function wrong(path: string, what: string): GatewayError {
  return new GatewayError('settings-invalid', `${path}: ${what}`);
}
