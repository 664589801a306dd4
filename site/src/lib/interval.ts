/** Wilson's 95 % interval for a share: keeps within 0 and 1, and is honest for small n. */
export function interval(part: number, whole: number): { low: number; high: number } {
  const z = 1.959964;
  const share = part / whole;
  const scale = 1 + z ** 2 / whole;
  const middle = share + z ** 2 / (2 * whole);
  const spread = z * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2));
  return {
    low: Math.max(0, (middle - spread) / scale),
    high: Math.min(1, (middle + spread) / scale),
  };
}
