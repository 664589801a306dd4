import * as z from 'zod';

type Control = {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  /** Where it acts: `policy` can be written as a policy, `gateway` is a feature of a gateway, `elsewhere` is neither. */
  readonly where: 'policy' | 'gateway' | 'elsewhere';
};
const list = <const Id extends string>(controls: readonly (Control & { readonly id: Id })[]) =>
  controls;

/** What stops or bounds attacks: the words entries of the attack database use, sorted by id. */
export const controls = list([
  {
    id: 'approval',
    title: 'Approval',
    meaning: 'A person agrees to this one call, seeing its tool and arguments.',
    where: 'policy',
  },
  {
    id: 'argument-constraint',
    title: 'Argument constraint',
    meaning: 'A call passes only where its arguments lie within what was written down.',
    where: 'policy',
  },
  {
    id: 'audit',
    title: 'Audit',
    meaning: 'Every decision is recorded where neither agent nor server can change it.',
    where: 'gateway',
  },
  {
    id: 'authentication',
    title: 'Authentication',
    meaning: 'A listener answers only callers that proved who they are.',
    where: 'gateway',
  },
  {
    id: 'block-feature',
    title: 'Feature block',
    meaning: 'Sampling, elicitation, resources or prompts of a server are refused.',
    where: 'policy',
  },
  {
    id: 'budget',
    title: 'Budget',
    meaning: 'A sum of amounts, rows or bytes is capped in a window of time.',
    where: 'policy',
  },
  {
    id: 'data-provenance',
    title: 'Data provenance',
    meaning:
      'What enters a memory, an index or a training set is known by source and can be removed.',
    where: 'elsewhere',
  },
  {
    id: 'default-deny',
    title: 'Default deny',
    meaning: 'What no rule allows is refused, in the list of tools and at the call.',
    where: 'policy',
  },
  {
    id: 'definition-pinning',
    title: 'Definition pinning',
    meaning: 'A tool whose definition differs from the one that was accepted is withheld.',
    where: 'policy',
  },
  {
    id: 'description-scan',
    title: 'Definition scan',
    meaning:
      'Every text of a definition is searched for hidden characters and orders to the model.',
    where: 'elsewhere',
  },
  {
    id: 'egress-allowlist',
    title: 'Egress allowlist',
    meaning: 'The process of a server can reach named hosts only.',
    where: 'elsewhere',
  },
  {
    id: 'flow-rule',
    title: 'Flow rule',
    meaning: 'What an agent has read decides what it may do next, across tools and servers.',
    where: 'policy',
  },
  {
    id: 'hide',
    title: 'Hiding',
    meaning: 'A tool is left out of the list, and refused where it is called all the same.',
    where: 'policy',
  },
  {
    id: 'identity-scoping',
    title: 'Identity scoping',
    meaning: 'Each agent or user has a grant of its own, with its own tools and limits.',
    where: 'gateway',
  },
  {
    id: 'install-review',
    title: 'Install review',
    meaning:
      'A person sees command, version, publisher and definitions before a server first runs.',
    where: 'elsewhere',
  },
  {
    id: 'kill-switch',
    title: 'Kill switch',
    meaning: 'One act stops one agent, or all of them.',
    where: 'gateway',
  },
  {
    id: 'least-privilege',
    title: 'Least privilege at the source',
    meaning: 'The account, role or token behind a server can do no more than the task needs.',
    where: 'elsewhere',
  },
  {
    id: 'namespacing',
    title: 'Namespacing',
    meaning: 'Tools carry their server’s name, and two tools never share one.',
    where: 'gateway',
  },
  {
    id: 'oauth-hardening',
    title: 'OAuth hardening',
    meaning: 'Issuer, audience, redirect address and PKCE are checked in every flow.',
    where: 'elsewhere',
  },
  {
    id: 'origin-check',
    title: 'Origin check',
    meaning: 'A listener compares Host and Origin with a list, so that web pages cannot call it.',
    where: 'gateway',
  },
  {
    id: 'own-classification',
    title: 'Own classification',
    meaning:
      'What a tool can do is judged from its definition; the server’s own claims never lower it.',
    where: 'policy',
  },
  {
    id: 'patching',
    title: 'Patching',
    meaning: 'The fixed version runs, or the product is taken out of use.',
    where: 'elsewhere',
  },
  {
    id: 'rate-limit',
    title: 'Rate limit',
    meaning: 'Only so many calls pass in any window of time.',
    where: 'policy',
  },
  {
    id: 'response-redaction',
    title: 'Response redaction',
    meaning: 'Secrets and control characters are taken out of results before the model sees them.',
    where: 'policy',
  },
  {
    id: 'response-scan',
    title: 'Response scan',
    meaning: 'Results are searched for orders to the model before it sees them.',
    where: 'elsewhere',
  },
  {
    id: 'sandboxing',
    title: 'Sandboxing',
    meaning: 'A server runs with an identity, file system, environment and limits of its own.',
    where: 'elsewhere',
  },
  {
    id: 'secret-injection',
    title: 'Secret injection',
    meaning: 'The gateway adds the credential, so that no argument has to carry it.',
    where: 'gateway',
  },
  {
    id: 'secure-coding',
    title: 'Repair in the code',
    meaning: 'Client, server or gateway handles input so that the fault does not exist.',
    where: 'elsewhere',
  },
  {
    id: 'session-binding',
    title: 'Session binding',
    meaning: 'State and handles belong to the identity that made them, and serve nobody else.',
    where: 'gateway',
  },
  {
    id: 'token-isolation',
    title: 'Token isolation',
    meaning: 'Credentials lie in the gateway; neither model nor client ever holds them.',
    where: 'gateway',
  },
  {
    id: 'version-pinning',
    title: 'Version pinning',
    meaning: 'A server is started from one exact version or digest.',
    where: 'elsewhere',
  },
]);

export const controlSchema = z.enum(controls.map(({ id }) => id) as [ControlId, ...ControlId[]]);
export type ControlId = (typeof controls)[number]['id'];
