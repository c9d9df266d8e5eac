/**
 * A condition on a text: that it contains another, upper or lower case. What LIKE takes for a sign
 * of its own stands for itself.
 */
export const containing = (text: string) => ({
  contains: text.replace(/[\\%_]/g, character => `\\${character}`),
  mode: 'insensitive' as const,
});
