/** A regular expression that matches this text and nothing else: every character of meaning is quoted. */
export function literalPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
