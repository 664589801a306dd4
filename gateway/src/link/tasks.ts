import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Pending } from './pending.ts';

/** What the answer to a call still has to meet, whichever request brings it. */
export type Owed = Pick<Pending, 'after' | 'checkOutput'>;

/** A server that begins more than so many tasks is forgetting them for its client. */
const MOST_TASKS = 10_000;

/** The tasks that calls of this connection began: nobody else's are asked for, and their results owe what the call owed. */
export class Tasks {
  readonly #byId = new Map<string, Owed>();

  /** Takes note of the task that a call's answer names, if it names one. */
  begun(pending: Pending, result: JsonValue): void {
    const id = own(own(result, 'task'), 'taskId') ?? own(result, 'taskId');
    if (typeof id !== 'string') return;
    const { after, checkOutput } = pending;
    this.#byId.delete(id);
    this.#byId.set(id, { ...(after && { after }), ...(checkOutput && { checkOutput }) });
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > MOST_TASKS && oldest !== undefined) this.#byId.delete(oldest);
  }

  owed(params: JsonObject): Owed | undefined {
    const id = own(params, 'taskId');
    return typeof id === 'string' ? this.#byId.get(id) : undefined;
  }

  /** A list of tasks, with only those that calls of this connection began. */
  onlyOurs(result: JsonObject): JsonObject {
    const tasks = own(result, 'tasks');
    if (!Array.isArray(tasks)) return { ...result, tasks: [] };
    const ours = tasks.filter((task) => isJsonObject(task) && this.owed(task) !== undefined);
    return { ...result, tasks: ours };
  }
}

/** Whether the answer to a call may name a task: the client asked for one, or the era lets the server choose. */
export function mayBeginTask({ params, isStateless }: Pending, body: Buffer): boolean {
  return own(params, 'task') !== undefined || (isStateless && body.includes('taskId'));
}
