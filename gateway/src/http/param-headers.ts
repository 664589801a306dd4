import { isJsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { TransportProblem } from '../link/link-options.ts';
import type { Pending } from '../link/pending.ts';
import { decodeHeader } from '../protocol/name-header.ts';
import { headerParameters } from '../tools/header-parameters.ts';
import type { LiveTool } from '../tools/tool-table.ts';

const HEADER_MISMATCH = -32020;

/** Whether the `Mcp-Param-*` headers of a call repeat what its arguments say, as its tool's schema asks for. */
export function paramHeaderProblem(
  { origin, params, isStateless }: Pending,
  { definition }: LiveTool,
  isListed: () => boolean,
): TransportProblem | undefined {
  if (!isStateless || !isAsked(origin)) return undefined;
  const found = headerParameters(definition);
  if (typeof found === 'string' || found.length === 0 || !isListed()) return undefined;
  const said = paramHeaders(origin.passedHeaders);
  for (const { path, header, isNumber } of found) {
    const value = path.reduce<JsonValue | undefined>(
      (holder, key) => own(holder, key),
      own(params, 'arguments'),
    );
    const text = textOf(value);
    if (text === undefined) continue;
    const given = said.get(`mcp-param-${header.toLowerCase()}`);
    const decoded = given === undefined ? undefined : decodeHeader(given);
    const isEqual =
      decoded === text ||
      (isNumber &&
        decoded !== undefined &&
        /^-?\d+(\.\d+)?$/.test(decoded) &&
        Number(decoded) === value);
    if (isEqual) continue;
    origin.status = 400;
    const what = given === undefined ? 'is missing' : 'does not say what the arguments say';
    return {
      code: HEADER_MISMATCH,
      message: `Bad Request: the header Mcp-Param-${header} ${what}`,
    };
  }
  return undefined;
}

/** Where a request of a client came from: its headers, and the status that an error gets. */
type Asked = { readonly passedHeaders: readonly string[]; status: number };

function isAsked(origin: object | undefined): origin is Asked {
  return origin !== undefined && 'passedHeaders' in origin && 'status' in origin;
}

function paramHeaders(headers: readonly string[]): Map<string, string> {
  const said = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    said.set((headers[at] as string).toLowerCase(), headers[at + 1] as string);
  }
  return said;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || isJsonObject(value) || Array.isArray(value))
    return undefined;
  return String(value);
}
