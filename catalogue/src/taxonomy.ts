/** Moves with every change of meaning in the tables of this file or in docs/taxonomy.md. */
export const TAXONOMY_VERSION = '1';

type Term<Id extends string> = {
  readonly id: Id;
  readonly title: string;
  readonly meaning: string;
};
const terms = <const Id extends string>(list: readonly Term<Id>[]) => list;

/** What one call does, weakest first: a later one is the stronger. */
export const categories = terms([
  {
    id: 'Read',
    title: 'Read',
    meaning:
      'Returns information, or computes a result from its arguments; nothing is kept or set off.',
  },
  {
    id: 'Write',
    title: 'Write',
    meaning:
      'Creates, changes, moves or removes stored state; the whole change is stated in the arguments.',
  },
  {
    id: 'Execute',
    title: 'Execute',
    meaning:
      'Sets something going whose effect is decided outside the call: a job, a campaign, a page, a program.',
  },
]);

/** Levels of risk, lowest first. */
export const levels = terms([
  { id: 'Low', title: 'Low', meaning: 'Can be allowed by default.' },
  {
    id: 'Medium',
    title: 'Medium',
    meaning: 'Changes or exposes something that can be put right: cap the rate.',
  },
  {
    id: 'High',
    title: 'High',
    meaning:
      'Sets off effects outside the call, or touches access: cap the rate, check the arguments, consider approval.',
  },
  {
    id: 'Critical',
    title: 'Critical',
    meaning: 'Cannot be undone or cannot be bounded: deny by default, approve each call.',
  },
]);

/** The one word for a tool where one is wanted: Financial before Destructive before the category. */
export const labels = terms([
  ...categories,
  {
    id: 'Destructive',
    title: 'Destructive',
    meaning: 'Removes or overwrites what others rely on.',
  },
  {
    id: 'Financial',
    title: 'Financial',
    meaning: 'Moves money, or changes what someone will be charged.',
  },
]);

/** What else a call can do; each is set only where the definition's own words show it. */
export const traits = terms([
  {
    id: 'bulk',
    title: 'Bulk',
    meaning:
      'One call changes or reaches many independent items or people, or exports a whole collection.',
  },
  {
    id: 'code_execution',
    title: 'Code execution',
    meaning:
      'The caller supplies a program that runs with general powers: a shell, a script, page JavaScript.',
  },
  {
    id: 'communicates_externally',
    title: 'Communicates externally',
    meaning:
      'Something reaches people or systems outside the server’s own store: mail, chat, a webhook, a URL the caller names.',
  },
  {
    id: 'contained',
    title: 'Contained',
    meaning: 'The definition says that the effect stays in the tool’s own scratch space.',
  },
  {
    id: 'credential_access',
    title: 'Credential access',
    meaning:
      'Returns, creates, changes or revokes secrets, keys, users with access, roles or permissions.',
  },
  {
    id: 'destructive',
    title: 'Destructive',
    meaning:
      'Removes stored data, a resource or access, or replaces existing content so that it is lost.',
  },
  {
    id: 'destructive_option',
    title: 'Destructive option',
    meaning:
      'An argument such as force or overwrite turns an otherwise harmless act into a destructive one.',
  },
  {
    id: 'financial',
    title: 'Financial',
    meaning: 'Commits or moves money, or changes what someone will be charged.',
  },
  {
    id: 'multi_action',
    title: 'Multi-action',
    meaning:
      'One argument chooses among acts of different categories, or of which some are destructive or financial.',
  },
  {
    id: 'private_data',
    title: 'Private data',
    meaning: 'The result, or what is sent off, can hold personal, confidential or customer data.',
  },
  {
    id: 'raw_query',
    title: 'Raw query',
    meaning:
      'The caller supplies a statement in a query language, or names any operation of a wide API.',
  },
  {
    id: 'suspicious_definition',
    title: 'Suspicious definition',
    meaning:
      'The definition tries to steer its reader beyond the use of this tool, or hides characters.',
  },
  {
    id: 'untrusted_content',
    title: 'Untrusted content',
    meaning:
      'The result can hold text that outsiders wrote: web pages, inbound mail, public issues.',
  },
]);

/** How sure the classification is; computed from agreeing signals, never asked of a model. */
export const confidences = ['high', 'medium', 'low'] as const;

/** Why a person should look at a classification. */
export const reviewReasons = terms([
  {
    id: 'annotation-conflict',
    title: 'Annotation conflict',
    meaning:
      'The server’s own hints say something else than its words; the stronger answer stands.',
  },
  {
    id: 'destructive-claim',
    title: 'Destructive claim',
    meaning: 'The server marks the tool destructive, but its words name no removal or overwrite.',
  },
  {
    id: 'evidence-dropped',
    title: 'Evidence dropped',
    meaning: 'A quote was not found in the definition, so the fact it supported was dropped.',
  },
  {
    id: 'model-unavailable',
    title: 'Model unavailable',
    meaning: 'The model gave no usable answer; the rules’ answer stands.',
  },
  {
    id: 'name-description-conflict',
    title: 'Name and description conflict',
    meaning: 'The name says one act, the description another; the stronger stands.',
  },
  {
    id: 'no-signal',
    title: 'No signal',
    meaning: 'Nothing in the definition says what a call does.',
  },
  {
    id: 'rules-model-conflict',
    title: 'Rules and model conflict',
    meaning: 'Rules and model disagree; the stronger level stands until a person has looked.',
  },
  {
    id: 'suspicious-definition',
    title: 'Suspicious definition',
    meaning: 'The definition reads like an instruction to the agent beyond this tool.',
  },
  {
    id: 'truncated-definition',
    title: 'Truncated definition',
    meaning: 'The definition was cut at a limit, so it was judged on a part.',
  },
]);

/** The rows of the fixed function from category and traits to level: `id`, condition in words, least level. */
export const riskRows = [
  { id: 'R1', condition: 'category Read', level: 'Low' },
  { id: 'R2', condition: 'category Write', level: 'Medium' },
  { id: 'R3', condition: 'category Execute', level: 'High' },
  { id: 'R4', condition: 'Read with private_data', level: 'Medium' },
  { id: 'R5', condition: 'Read with raw_query', level: 'Medium' },
  { id: 'R6', condition: 'Read with communicates_externally', level: 'Medium' },
  { id: 'R7', condition: 'credential_access', level: 'High' },
  { id: 'R8', condition: 'Write with communicates_externally, bulk or raw_query', level: 'High' },
  { id: 'R9', condition: 'destructive', level: 'Critical', contained: 'High' },
  { id: 'R9b', condition: 'destructive_option', level: 'High' },
  { id: 'R10', condition: 'financial', level: 'Critical' },
  { id: 'R11', condition: 'code_execution', level: 'Critical', contained: 'High' },
  { id: 'R12', condition: 'credential_access with bulk, and not Read', level: 'Critical' },
  { id: 'R13', condition: 'suspicious_definition', level: 'Medium' },
] as const;

/** The ids of a table. */
type IdOf<List extends readonly { id: string }[]> = List[number]['id'];
export type Category = IdOf<typeof categories>;
export type Level = IdOf<typeof levels>;
export type Label = IdOf<typeof labels>;
export type Trait = IdOf<typeof traits>;
export type Confidence = (typeof confidences)[number];
export type ReviewReason = IdOf<typeof reviewReasons>;
export type RiskRowId = IdOf<typeof riskRows>;
