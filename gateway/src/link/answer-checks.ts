import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Guard } from '../guard.ts';
import { inspectResult } from '../responses/inspect-result.ts';
import { readExactly } from '../responses/read-exactly.ts';
import { withSafeIcons } from '../responses/safe-icons.ts';
import type { OtherLists } from './other-lists.ts';
import type { Pending } from './pending.ts';
import { mayBeginTask, type Owed, type Tasks } from './tasks.ts';

/** What reaches the client in place of an answer; `pass` is the answer's own bytes. */
export type Looked = 'pass' | { body: JsonObject } | { withheld: string };

/** An answer later than this marks its grant anew: what it brings is not as old as its call. */
const LATE_MS = 1_000;

/** Looks at those answers that something rests on, before the client sees them. All others stay bytes. */
export class AnswerChecks {
  readonly #guard: Guard;
  readonly #lists: OtherLists;
  readonly #tasks: Tasks;
  readonly #clock: () => number;

  constructor(guard: Guard, parts: { lists: OtherLists; tasks: Tasks; clock: () => number }) {
    this.#guard = guard;
    this.#lists = parts.lists;
    this.#tasks = parts.tasks;
    this.#clock = parts.clock;
  }

  /** Whether anybody needs to look. */
  wants(pending: Pending, body: Buffer, isError: boolean): boolean {
    if (pending.after !== undefined || pending.checkOutput !== undefined) return true;
    if (pending.method === 'tools/call') return !isError && mayBeginTask(pending, body);
    return TASKS.has(pending.method) || (!isError && LISTS.has(pending.method));
  }

  look(pending: Pending, body: Buffer, isError: boolean): Promise<Looked> {
    const { method } = pending;
    if (TASKS.has(method)) return this.#taskResult(pending, body, isError);
    if (LISTS.has(method)) return this.#listing(pending, body);
    return this.#call(pending, body, isError);
  }

  async #call(pending: Pending, body: Buffer, isError: boolean): Promise<Looked> {
    if (!isError && mayBeginTask(pending, body)) this.#tasks.begun(pending, parsed(body));
    return this.#result(pending, pending, body, isError);
  }

  async #result(
    pending: Pending,
    { after, checkOutput }: Owed,
    body: Buffer,
    isError: boolean,
  ): Promise<Looked> {
    const isLate =
      this.#clock() - pending.startedAt > LATE_MS || pending.method.startsWith('tasks/');
    // The mark stands before the client can act on what it warns of.
    if (isLate) await after?.remark?.();
    const response = await after?.response;
    const inspection = { ...(response && { response }), ...(checkOutput && { checkOutput }) };
    const seen = await inspectResult(body, inspection, isError);
    if ('pass' in seen) return 'pass';
    if ('withheld' in seen) return seen;
    return { body: isError ? { error: seen.result } : { result: seen.result } };
  }

  /** The session era answers `tasks/result` with the call's own result, the stateless era puts it into the task. */
  async #taskResult(pending: Pending, body: Buffer, isError: boolean): Promise<Looked> {
    const owed = this.#tasks.owed(pending.params) ?? {};
    if (isError || pending.method === 'tasks/result') {
      return this.#result(pending, owed, body, isError);
    }
    const { after, checkOutput } = owed;
    const task = readExactly(body.toString());
    const inner = own(task, 'result');
    if (checkOutput !== undefined && inner !== undefined) {
      const fits = await inspectResult(Buffer.from(JSON.stringify(inner)), { checkOutput }, false);
      if ('withheld' in fits) return fits;
    }
    // What a task says while it runs is said by the same server, so the rule is for all of it.
    const says = inner !== undefined || own(task, 'statusMessage') !== undefined;
    const response = after?.response;
    const rest = says ? after : response && { response };
    const seen = await this.#result(pending, { ...(rest && { after: rest }) }, body, false);
    return seen === 'pass' ? { body: { result: task } } : seen;
  }

  /** Each of the tasks that may be told of, by the rule of the call that began it. */
  async #taskList(result: JsonObject): Promise<Looked> {
    const ours = this.#tasks.onlyOurs(result);
    const tasks: JsonValue[] = [];
    for (const task of (own(ours, 'tasks') ?? []) as JsonObject[]) {
      const response = await this.#tasks.owed(task)?.after?.response;
      const body = Buffer.from(JSON.stringify(task));
      const seen = await inspectResult(body, { ...(response && { response }) }, false);
      if (!('withheld' in seen)) tasks.push('pass' in seen ? task : seen.result);
    }
    return { body: { result: { ...ours, tasks } } };
  }

  async #listing({ method }: Pending, body: Buffer): Promise<Looked> {
    const result = parsed(body);
    if (!isJsonObject(result)) return { withheld: 'it is no object' };
    if (method === 'tasks/list') return this.#taskList(result);
    const filtered = this.#lists.filter(method, result) ?? this.#opening(result);
    return { body: { result: filtered } };
  }

  #opening(result: JsonObject): JsonObject {
    const { instructions, ...rest } = result;
    const opening = { ...rest };
    const mayStay = typeof instructions === 'string' && this.#guard.mayInstruct(instructions);
    if (mayStay) opening['instructions'] = instructions;
    const info = own(opening, 'serverInfo');
    if (isJsonObject(info)) opening['serverInfo'] = withSafeIcons(info);
    return opening;
  }
}

const TASKS = new Set(['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update']);
const LISTS = new Set([
  ...['initialize', 'server/discover', 'tasks/list'],
  ...['prompts/list', 'resources/list', 'resources/templates/list'],
]);

const parsed = (body: Buffer) => JSON.parse(body.toString()) as JsonValue;
