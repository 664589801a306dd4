import * as z from 'zod';
import {
  categories,
  confidences,
  labels,
  levels,
  reviewReasons,
  riskRows,
  traits,
} from './taxonomy.ts';

const idsOf = <Id extends string>(list: readonly { readonly id: Id }[]) =>
  list.map(({ id }) => id) as [Id, ...Id[]];
export const categorySchema = z.enum(idsOf(categories));
export const levelSchema = z.enum(idsOf(levels));
export const labelSchema = z.enum(idsOf(labels));
export const traitSchema = z.enum(idsOf(traits));
export const confidenceSchema = z.enum(confidences);
export const reviewReasonSchema = z.enum(idsOf(reviewReasons));
export const riskRowIdSchema = z.enum(riskRows.map(({ id }) => id));
