// An entry of its own (`@toolwarden/classifier/model`), so that rules alone never load a database or a client.
export {
  createModelJudge,
  type ModelJudge,
  type ModelReport,
  type ModelSettings,
} from './model-judge.ts';
