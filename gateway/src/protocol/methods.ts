/** What the gateway does with a request of the client. What is not named here is refused, in either era. */
export type ClientMethod =
  /** Opens the connection: what the client can do is read from it. */
  | 'opening'
  /** Harmless by itself: it goes through. */
  | 'pass'
  | 'list-tools'
  | 'call-tool'
  /** Judged by the policy's rules for resources or prompts. */
  | 'resource'
  | 'prompt'
  | 'completion'
  | 'task'
  | 'subscription';

export const clientRequests: ReadonlyMap<string, ClientMethod> = new Map([
  ['initialize', 'opening'],
  ['server/discover', 'opening'],
  ['ping', 'pass'],
  ['logging/setLevel', 'pass'],
  ['tools/list', 'list-tools'],
  ['tools/call', 'call-tool'],
  ['resources/list', 'pass'],
  ['resources/templates/list', 'pass'],
  ['resources/read', 'resource'],
  ['resources/subscribe', 'resource'],
  ['resources/unsubscribe', 'pass'],
  ['prompts/list', 'pass'],
  ['prompts/get', 'prompt'],
  ['completion/complete', 'completion'],
  ['subscriptions/listen', 'subscription'],
  // Only of tasks that calls of the same connection began.
  ['tasks/get', 'task'],
  ['tasks/result', 'task'],
  ['tasks/list', 'pass'],
  ['tasks/cancel', 'task'],
  ['tasks/update', 'task'],
]);

/** Requests that the stateless era has no more. */
export const sessionRequests: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

export const clientNotifications: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/tasks/status',
]);

/** Requests of the server, by the capability the client must have declared for them. */
export const serverRequests: ReadonlyMap<string, string | undefined> = new Map([
  ['ping', undefined],
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
  ['tasks/get', 'tasks'],
  ['tasks/result', 'tasks'],
  ['tasks/list', 'tasks'],
  ['tasks/cancel', 'tasks'],
]);

export const serverNotifications: ReadonlySet<string> = new Set([
  'notifications/message',
  'notifications/progress',
  'notifications/cancelled',
  'notifications/resources/updated',
  'notifications/resources/list_changed',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/elicitation/complete',
  'notifications/tasks/status',
  'notifications/subscriptions/acknowledged',
]);

/** Keys of `_meta` that the protocol gives a meaning. */
export const metaKeys = {
  version: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;
