/**
 * Adds two amounts as a person would: 0.1 + 0.2 is 0.3. Whole numbers are exact up to 2^53; others are rounded to the
 * 15 digits that a double surely holds, so that errors do not add up.
 */
export function addAmounts(a: number, b: number): number {
  const sum = a + b;
  return Number.isSafeInteger(sum) ? sum : Number(sum.toPrecision(15));
}
