export {
  type Attack,
  type AttackEntry,
  type AttackKind,
  attackCaveats,
  attackKinds,
  attackSchema,
  attackSections,
  type Framework,
  frameworks,
} from './attack.ts';
export {
  type AttackFacets,
  type AttackFilter,
  countFacets,
  facetsOf,
  fitsFilter,
  linksBetween,
  searchAttacks,
} from './attack-index.ts';
export {
  type ApplicableAttack,
  attacksFor,
  attacksForServer,
  attacksForStack,
} from './attacks-for.ts';
export { canonicalJson, compactJson, jsonDepth, MAX_JSON_DEPTH } from './canonical-json.ts';
export {
  type Classification,
  classificationSchema,
  type Evidence,
  evidenceSchema,
  inputDigest,
  type ServerClassifications,
  type ServerWords,
  serverClassificationsSchema,
} from './classification.ts';
export {
  type ClientEntry,
  programName,
  readClientEntry,
  startedPackage,
} from './client-entry.ts';
export { type ControlId, controls } from './control.ts';
export {
  type Correction,
  correctionSchema,
  type ServerCorrections,
  serverCorrectionsSchema,
} from './correction.ts';
export { type CrawlRun, crawlRunSchema } from './crawl-run.ts';
export { type Digest, jsonDigest, sha256Hex } from './digest.ts';
export { digestSchema } from './digest-schema.ts';
export {
  type CatalogueEntry,
  type CatalogueTool,
  displayName,
  joinEntry,
  serverWords,
} from './entry.ts';
export { showHidden } from './hidden-characters.ts';
export { type HistoryEvent, historyEventSchema } from './history.ts';
export { isJsonObject, type JsonObject, type JsonValue, own } from './json.ts';
export { jsonObjectSchema } from './json-object-schema.ts';
export { nameWords } from './name-words.ts';
export { type Needs, needsSchema, type ToolNeeds, toolNeedsSchema } from './needs.ts';
export { type JsonPointer, pointerSegments, resolvePointer } from './pointer.ts';
export {
  isReproduced,
  isReproducedOverStdio,
  type Replay,
  type ReplayLine,
  type ReplayRun,
  type ReplayRunSummary,
} from './replay.ts';
export { type Assessment, assess, type RiskProfile, riskProfiles } from './risk.ts';
export { type FoundSignal, type SignalId, schemaSignals, signalsOf } from './schema-signals.ts';
export {
  type Configuration,
  type CrawlOutcome,
  type CrawlReason,
  configurationSchema,
  crawlOutcomes,
  crawlReasons,
  type PackageSource,
  type RecordedTool,
  type RemoteSource,
  type ServerRecord,
  type ServerSource,
  serverRecordSchema,
  serverSourceSchema,
  type Transport,
} from './server.ts';
export {
  type Origin,
  origins,
  type ParsedServerId,
  parseServerId,
  type ServerId,
  serverIdSchema,
} from './server-id.ts';
export { serverSlug, toolSlugs } from './slug.ts';
export { type Takedown, withoutTakenDown } from './takedown.ts';
export {
  type Category,
  type Confidence,
  categories,
  confidences,
  type Label,
  type Level,
  labels,
  levels,
  type ReviewReason,
  type RiskRowId,
  reviewReasons,
  riskRows,
  TAXONOMY_VERSION,
  type Trait,
  traits,
} from './taxonomy.ts';
export {
  categorySchema,
  confidenceSchema,
  labelSchema,
  levelSchema,
  reviewReasonSchema,
  riskRowIdSchema,
  traitSchema,
} from './taxonomy-schemas.ts';
export {
  escapePointer,
  instructionsDigest,
  type Parameter,
  parametersOf,
  readTool,
  type Tool,
  type ToolDefinition,
  toolDigest,
} from './tool.ts';
export { toolDefinitionSchema } from './tool-definition-schema.ts';
export { escapeHidden, type TextPiece, visiblePieces, visibleText } from './visible-text.ts';
