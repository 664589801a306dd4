/** What a person is asked about, by the method that asks; a version before said none, and asked of tools for the most part. */
const KINDS: Record<string, string> = {
  'tools/call': 'tool',
  'resources/read': 'resource',
  'resources/subscribe': 'changes of resource',
  'subscriptions/listen': 'changes of resource',
  'prompts/get': 'prompt',
  'completion/complete': 'completion for',
};

/** What people call that which is asked for: `tool`, `resource`, `prompt`. */
export function askedKind(method = 'tools/call'): string {
  return Object.hasOwn(KINDS, method) ? (KINDS[method] as string) : method;
}
