/**
 * The page's files by name: bundled now, from the checkout, which has the bundler. In the program's own bundle the build
 * script puts a file of the same name in the place of this one.
 */
export async function pageTexts(): Promise<Readonly<Record<string, string>>> {
  const bundler = '../../../scripts/bundle-page.ts'; // in a variable: it is no part of the program
  const { bundlePage } = (await import(bundler)) as { bundlePage(): Promise<Record<string, string>> };
  return bundlePage();
}
