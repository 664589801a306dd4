/** Files that some servers want to see before they list: right in form, empty of meaning. */

const OAUTH_CLIENT = JSON.stringify({
  installed: {
    client_id: 'placeholder',
    client_secret: 'placeholder',
    auth_uri: 'https://example.com/auth',
    token_uri: 'https://example.com/token',
    redirect_uris: ['http://localhost'],
  },
  access_token: 'placeholder',
  refresh_token: 'placeholder',
  token_type: 'Bearer',
  expiry_date: 1,
});
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{name: example, cluster: {server: "https://localhost:6443"}}]
contexts: [{name: example, context: {cluster: example, user: example}}]
users: [{name: example, user: {token: placeholder}}]
current-context: example
`;
const OPENAPI = JSON.stringify({
  openapi: '3.0.0',
  info: { title: 'Example', version: '1.0.0' },
  servers: [{ url: 'https://example.com' }],
  paths: {
    '/example': { get: { operationId: 'getExample', responses: { 200: { description: 'OK' } } } },
  },
});

/** A file for a variable that names one, by the variable's name. */
export function dummyFor(variable: string): { file: string; text: string } {
  if (/KUBE/.test(variable)) return { file: 'kubeconfig.yaml', text: KUBECONFIG };
  if (/SPEC|OPENAPI/.test(variable)) return { file: 'openapi.json', text: OPENAPI };
  if (/CONFIG/.test(variable)) return { file: 'config.json', text: '{}' };
  return { file: 'credentials.json', text: OAUTH_CLIENT };
}
