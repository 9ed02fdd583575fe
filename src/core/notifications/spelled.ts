/**
 * The members under the names that are known, whatever capitals they are written with: Go's JSON, which reads the peer's
 * configuration, takes `apiurl` for `apiURL`. What is spelled as it should be goes first; unknown names stay.
 */
export function spelled(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const byLetters = new Map(known.map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(given)
      .map(
        ([name, value]) =>
          [known.includes(name) ? name : (byLetters.get(name.toLowerCase()) ?? name), value, name] as const,
      )
      .sort(([one, , written], [other, , ofOther]) => Number(one === written) - Number(other === ofOther))
      .map(([name, value]) => [name, value]),
  );
}
