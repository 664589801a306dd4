import type { Attack, AttackKind, Needs } from '@toolwarden/catalogue';

type Words = { title: string; meaning: string };

/** Kinds in the order of the pages: what happened, what is broken, what could be done. */
export const kindWords: Record<AttackKind, Words & { plural: string }> = {
  incident: {
    title: 'Incident',
    plural: 'Incidents',
    meaning:
      'One case, which happened or was shown on a real product; a demonstration is marked as one.',
  },
  cve: {
    title: 'CVE',
    plural: 'CVEs',
    meaning: 'A fault in named versions of a product, with the release that repairs it.',
  },
  technique: {
    title: 'Technique',
    plural: 'Techniques',
    meaning: 'A way to attack that does not depend on one product.',
  },
};
export const kindsShown = Object.keys(kindWords) as AttackKind[];

export const verificationWords: Record<Attack['verification'], Words> = {
  documented: {
    title: 'Documented',
    meaning: 'Its sources describe it closely enough to be checked.',
  },
  reported: {
    title: 'Reported',
    meaning:
      'Its sources say that it happened or is possible, without all that is needed to check.',
  },
};

/** The claim of a policy gateway, never more than what the entry says. */
export const gatewayWords: Record<Attack['gateway']['stops'], Words> = {
  full: {
    title: 'A policy can stop it',
    meaning:
      'A rule at the gateway stops the attack itself, on the condition that the entry names.',
  },
  partial: {
    title: 'A policy can stop a part of it',
    meaning: 'A rule at the gateway bounds the harm or closes one of several ways.',
  },
  none: {
    title: 'A policy cannot stop it',
    meaning: 'It happens where no rule on tool calls reaches. The entry says what helps instead.',
  },
};

export const scopeWords: Record<Needs['scope'], Words> = {
  tool: { title: 'One tool', meaning: 'A tool that can do this gives the harmful step by itself.' },
  combination: {
    title: 'Several tools together',
    meaning: 'Each part must be there, in one tool or in several that one agent can call.',
  },
  server: { title: 'The server as such', meaning: 'It does not depend on what its tools can do.' },
  product: { title: 'One product', meaning: 'Only the product under “Affected”.' },
  stack: {
    title: 'The agent’s surroundings',
    meaning: 'The client, the gateway, sign-in or several servers at once; no single tool.',
  },
};

export const caveatWords: Record<NonNullable<Attack['caveats']>[number], Words> = {
  demonstration: {
    title: 'Demonstration',
    meaning: 'Shown by researchers; its sources know of no abuse.',
  },
  'single-source': { title: 'One source', meaning: 'Rests on one source.' },
  'secondary-source': {
    title: 'Second hand',
    meaning: 'Its sources report on a report.',
  },
  'not-mcp': {
    title: 'Not through MCP',
    meaning: 'It happened to an agent with tools, but not through MCP.',
  },
  disputed: {
    title: 'Disputed',
    meaning: 'Its sources differ on a fact; see what they leave open.',
  },
};
