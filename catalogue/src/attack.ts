import * as z from 'zod';
import { controlSchema } from './control.ts';
import { jsonObjectSchema } from './json-object-schema.ts';
import { needsSchema } from './needs.ts';
import type { Replay } from './replay.ts';

/** A date as precise as the facts and no more: a year, a month or a day. */
const partialDateSchema = z
  .string()
  .regex(
    /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/,
    'expected 2025, 2025-04 or 2025-04-01',
  );

export const attackKinds = ['technique', 'incident', 'cve'] as const;

/** What a reader must know before relying on an entry. */
export const attackCaveats = [
  /** Shown by researchers; no abuse of it is known from the source. */
  'demonstration',
  /** Rests on one source. */
  'single-source',
  /** The sources report on a report. */
  'secondary-source',
  /** Happened to an agent with tools, but not through MCP. */
  'not-mcp',
  /** Sources differ on a fact; the notes say which. */
  'disputed',
] as const;

/** Lists of identifiers an entry can be tied to, and what an id of each looks like. */
export const frameworks = {
  'SAF-MCP': { title: 'SAF-MCP (until June 2026: SAFE-MCP)', id: /^SAF-(T|M-)\d+$/ },
  'OWASP-MCP': { title: 'OWASP MCP Top 10', id: /^MCP(0[1-9]|10)$/ },
  'OWASP-ASI': { title: 'OWASP Top 10 for Agentic Applications', id: /^ASI(0[1-9]|10)$/ },
  ATLAS: { title: 'MITRE ATLAS', id: /^AML\.(T|M|CS)\d{4}(\.\d{3})?$/ },
  CWE: { title: 'Common Weakness Enumeration', id: /^CWE-\d+$/ },
  CVE: { title: 'Common Vulnerabilities and Exposures', id: /^CVE-\d{4}-\d{4,}$/ },
  GHSA: { title: 'GitHub security advisory', id: /^GHSA(-[a-z0-9]{4}){3}$/ },
} as const;
export type Framework = keyof typeof frameworks;
const frameworkIds = Object.keys(frameworks) as [Framework, ...Framework[]];

/** One identifier, and who says that it fits. */
const attackMappingSchema = z
  .strictObject({
    framework: z.enum(frameworkIds),
    id: z.string(),
    /** `source`: a source states it, or the entry is that very thing. `us`: derived by us from its definition. */
    assignedBy: z.enum(['source', 'us']),
    /** How it is tied, where it is not simply this: `an instance`, `of CVE-2025-6514`, `listed without a page`. */
    note: z.string().min(1).optional(),
  })
  .refine(
    ({ framework, id }) => frameworks[framework].id.test(id),
    'id does not fit its framework',
  );

const idSchema = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** Front matter of `data/attacks/<id>.md`; the prose follows it. */
export const attackSchema = z.strictObject({
  /** Also the file's name, and stable: pages and replays are found by it. */
  id: idSchema,
  title: z.string().min(1).max(90),
  kind: z.enum(attackKinds),
  /** Other names people search for; of SAF-MCP ids both the old and the new spelling. */
  aliases: z.array(z.string().min(1)),
  /** When it happened, and when it was made public; absent where no source says. */
  dates: z.strictObject({
    event: partialDateSchema.optional(),
    disclosure: partialDateSchema.optional(),
  }),
  /** `reproduced` is never written: it is computed from the last replay. */
  verification: z.enum(['documented', 'reported']),
  caveats: z.array(z.enum(attackCaveats)).optional(),
  /** One or two sentences that stand alone. */
  summary: z.string().min(40).max(400),
  /** As published; no score of our own. */
  severity: z
    .strictObject({
      rating: z.enum(['low', 'medium', 'high', 'critical']),
      score: z.number().min(0).max(10).optional(),
      /** `CVSS 4`, where the source says which. */
      system: z.string().optional(),
    })
    .optional(),
  affected: z.array(
    z.strictObject({
      product: z.string().min(1),
      versions: z.string().min(1).optional(),
      fixed: z.string().min(1).optional(),
    }),
  ),
  needs: needsSchema,
  /** What a policy gateway in front of the server can honestly claim. */
  gateway: z.strictObject({
    stops: z.enum(['full', 'partial', 'none']),
    /** On what condition, or what is left open: one sentence. */
    because: z.string().min(10).max(300),
  }),
  /** Controls that stop or bound it, strongest first, with a policy where one does. */
  stoppedBy: z
    .array(
      z.strictObject({
        control: controlSchema,
        /** What it does here: one sentence. */
        how: z.string().min(10).max(300),
        /** A whole policy document, so that it can be checked, tried and merged as it stands. */
        policy: jsonObjectSchema.optional(),
      }),
    )
    .min(1),
  mappings: z.array(attackMappingSchema),
  /** Entries this one shows or belongs to; the way back is computed. */
  related: z.array(idSchema),
  references: z
    .array(
      z.strictObject({
        /** Who says what, in our words. */
        title: z.string().min(1),
        url: z.url({ protocol: /^https$/ }),
      }),
    )
    .min(1),
  /** What the sources leave open, or where they differ. */
  notes: z.array(z.string().min(1)).optional(),
});
export type Attack = z.infer<typeof attackSchema>;
export type AttackKind = Attack['kind'];

/** An entry of the attack database: its front matter and its prose. */
export type AttackEntry = {
  attack: Attack;
  body: string;
  /** What came of replaying it; kept in a file of its own. */
  replay?: Replay;
};

/** The headings of an entry's prose, by kind, in this order. */
export const attackSections: Readonly<Record<AttackKind, readonly string[]>> = {
  technique: [
    'How it works',
    'Real cases',
    'How to notice it',
    'What stops it',
    'What does not stop it',
  ],
  incident: [
    'What happened',
    'How it worked',
    'How to notice it',
    'What stops it',
    'What does not stop it',
  ],
  cve: [
    'What is wrong',
    'How it is exploited',
    'How to notice it',
    'What stops it',
    'What does not stop it',
  ],
};
