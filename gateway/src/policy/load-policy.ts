import { readFile } from 'node:fs/promises';
import type { Digest, JsonObject } from '@toolwarden/catalogue';
import { type CompiledPolicy, compilePolicy, isPolicyText, type Policy } from '@toolwarden/policy';
import { GatewayError } from '../gateway-error.ts';
import type { ResponseRules } from '../responses/response-rules.ts';
import { unenforcedPart } from './unenforced.ts';

/** The kinds of things a policy has rules for, each with a decision of its own. */
const ruledKinds = ['tools', 'resources', 'prompts', 'sampling', 'elicitation'] as const;
export type RuledKind = (typeof ruledKinds)[number];

/** One version of a policy, whole: a call is judged by one of these from start to end. */
export type LoadedPolicy = {
  digest: Digest;
  document: Policy;
  /** For each kind a policy that the engine decides with; absent where the document has no rules for it. */
  by: { tools: CompiledPolicy } & Partial<Record<RuledKind, CompiledPolicy>>;
  /** What happens to results; absent where no rule looks at any. */
  responses?: ResponseRules;
  /** Whether calls may leave something behind for flow rules. */
  leavesMarks: boolean;
  /** Whether any rule says how a person is asked. */
  hasTerms: boolean;
};

const MAX_BYTES = 4 * 1024 * 1024;

/** Reads, checks and prepares a policy file. @throws GatewayError with `file:line:column` for the first problem. */
export async function loadPolicy(path: string): Promise<LoadedPolicy> {
  const text = await readPolicyText(path);
  if (!isPolicyText(text)) await refuse(path, text);
  try {
    return await preparePolicy(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    if (error instanceof GatewayError) {
      throw new GatewayError(error.code, `${path}: ${error.message}`, { cause: error });
    }
    const line = (error as Error).message.split('\n', 1)[0];
    throw new GatewayError('policy-invalid', `${path}:1:1: ${line}`, { cause: error });
  }
}

async function refuse(path: string, text: string): Promise<void> {
  // A start waits for what is loaded, and most policies are policies.
  const { policyErrors } = await import('./policy-errors.ts');
  const found = policyErrors(text);
  const [first] = found;
  if (first === undefined) return;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  const { line, column, message } = first;
  throw new GatewayError(
    'policy-invalid',
    `${path}:${line}:${column}: ${message}${more}; see toolwarden policy check`,
  );
}

async function readPolicyText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_BYTES) throw new Error('it is larger than 4 MiB');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
    throw new GatewayError('policy-unreadable', `${path}: cannot read the policy: ${why}`, {
      cause: error,
    });
  }
}

/** Prepares a policy document that was read before. */
export async function preparePolicy(document: Policy): Promise<LoadedPolicy> {
  refuseUnenforced(document);
  const by: LoadedPolicy['by'] = { tools: await compilePolicy(document) };
  for (const kind of ruledKinds) {
    const derived = kind === 'tools' ? undefined : policyFor(document, kind);
    if (derived !== undefined) by[kind] = await compilePolicy(derived);
  }
  const responses = await responseRulesOf(document);
  const leavesMarks = hasField(document, 'marks') || (document.flows ?? []).length > 0;
  const hasTerms = hasField(document, 'approval');
  return {
    ...{ digest: by.tools.digest, document, by, leavesMarks, hasTerms },
    ...(responses && { responses }),
  };
}

async function responseRulesOf(document: Policy): Promise<ResponseRules | undefined> {
  if (!hasField(document, 'response')) return undefined;
  const { loadResponseRules } = await import('../responses/response-rules.ts');
  return loadResponseRules(document);
}

// A tool or an argument may be called so too: then a look is taken for nothing.
const hasField = (document: Policy, field: string) =>
  JSON.stringify(document).includes(`"${field}":`);

/** What a rule promises must be kept: a policy whose rules this version would ignore does not start. */
function refuseUnenforced(document: Policy): void {
  const pointer = unenforcedPart(document);
  if (pointer === undefined) return;
  throw new GatewayError(
    'not-supported',
    `the policy's ${pointer} is not enforced by this version, and is not passed over in silence: take it out`,
  );
}

/** Rules for other kinds are rules like those for tools, so one engine decides them: the name is what is asked for. */
function policyFor(document: Policy, kind: Exclude<RuledKind, 'tools'>): JsonObject | undefined {
  const rules = document[kind];
  if (kind === 'resources' || kind === 'prompts') {
    // Nobody judges resources and prompts: for flow rules each is anything, unless its rule says what it carries.
    const flows = document.flows as JsonObject[] | undefined;
    const base = { version: '1', default: document.default, ...(flows && { flows }) };
    return { ...base, tools: (rules ?? {}) as JsonObject };
  }
  if (rules === undefined) return undefined;
  return { version: '1', default: 'deny', tools: { [kind]: rules as JsonObject } };
}
