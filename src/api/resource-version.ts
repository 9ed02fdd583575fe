/**
 * Order of two resource versions of one type: the server numbers its writes upwards. 1 when they differ and one of them is no
 * number: what cannot be compared is taken for news.
 */
export function compareVersions(one: string, other: string): number {
  if (!/^\d+$/.test(one) || !/^\d+$/.test(other)) return one === other ? 0 : 1;
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}
