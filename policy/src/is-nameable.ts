/** Whether a rule can be for this name and no other: it fits a key of a policy, and is no pattern there. */
export function isNameable(name: string): boolean {
  return name !== '' && name.length <= 256 && name !== '__proto__' && !name.includes('*');
}
