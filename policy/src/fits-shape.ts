import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import { isWholeOrSum } from './limits.ts';
import { isHost } from './operators/host-in.ts';
import { isRoot } from './operators/within.ts';
import { isPath } from './path.ts';
import { isShortEnough } from './window.ts';

/** What the schema of policies asks for beyond the words of JSON Schema. */
export const shapeChecks = { isHost, isPath, isRoot, isShortEnough, isWholeOrSum };

/** The schema of policies without its words for people: the part of JSON Schema that it uses, and its own checks. */
export type Shape = {
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  enum?: readonly string[];
  properties?: Readonly<Record<string, Shape>>;
  required?: readonly string[];
  additionalProperties?: false | Shape;
  propertyNames?: Shape;
  items?: Shape;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  anyOf?: readonly Shape[];
  check?: keyof typeof shapeChecks;
};

/** Shapes that others lead to by name. */
export type Shapes = Readonly<Record<string, Shape>>;

/** Whether a value has a shape. Bounded by the depth of the value. */
export function fitsShape(value: JsonValue | undefined, shape: Shape, shapes: Shapes): boolean {
  const { $ref, anyOf, check } = shape;
  if ($ref !== undefined) return fitsShape(value, shapes[$ref] as Shape, shapes);
  if (anyOf !== undefined) return anyOf.some((branch) => fitsShape(value, branch, shapes));
  const isThere = value !== undefined && fitsType(value, shape, shapes);
  return isThere && (check === undefined || shapeChecks[check](value as never));
}

function fitsType(value: JsonValue, shape: Shape, shapes: Shapes): boolean {
  switch (shape.type) {
    case 'object':
      return isJsonObject(value) && fitsObject(value, shape, shapes);
    case 'array':
      return (
        Array.isArray(value) &&
        isWithin(value.length, shape.minItems, shape.maxItems) &&
        value.every((item) => shape.items === undefined || fitsShape(item, shape.items, shapes))
      );
    case 'string':
      return typeof value === 'string' && fitsText(value, shape);
    case 'number':
    case 'integer':
      return typeof value === 'number' && fitsNumber(value, shape);
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    default:
      return false;
  }
}

function fitsObject(value: { [key: string]: JsonValue }, shape: Shape, shapes: Shapes): boolean {
  const { properties = {}, required = [], additionalProperties: others, propertyNames } = shape;
  if (!required.every((key) => Object.hasOwn(value, key))) return false;
  // In the order of the shape, which has what tells branches apart in front.
  for (const [key, inner] of Object.entries(properties)) {
    if (Object.hasOwn(value, key) && !fitsShape(value[key], inner, shapes)) return false;
  }
  return Object.keys(value).every((key) => {
    if (propertyNames !== undefined && !fitsShape(key, propertyNames, shapes)) return false;
    if (Object.hasOwn(properties, key) || others === undefined) return true;
    return others !== false && fitsShape(value[key], others, shapes);
  });
}

const fitsText = (text: string, { enum: known, pattern, minLength, maxLength }: Shape) =>
  isWithin(text.length, minLength, maxLength) &&
  (known === undefined || known.includes(text)) &&
  (pattern === undefined || new RegExp(pattern).test(text));

const fitsNumber = (value: number, { type, minimum, exclusiveMinimum, maximum }: Shape) =>
  Number.isFinite(value) &&
  (type === 'number' || Number.isSafeInteger(value)) &&
  isWithin(value, minimum, maximum) &&
  (exclusiveMinimum === undefined || value > exclusiveMinimum);

const isWithin = (value: number, least = -Infinity, most = Infinity) =>
  value >= least && value <= most;
