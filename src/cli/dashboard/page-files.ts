import { pageTexts } from './page-texts.ts';

/** What the browser is given. */
export interface PageFiles {
  /** By path below the root: `page.js`. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: string }>;
  /** The one HTML page there is. */
  index(facts: PageFacts): string;
}

export interface PageFacts {
  /** Path of the root, with slashes at both ends. */
  readonly base: string;
  readonly token: string;
  readonly isReadOnly: boolean;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

export async function pageFiles(): Promise<PageFiles> {
  const texts = await pageTexts();
  const files = new Map(
    Object.entries(texts).map(([name, body]) => [
      name,
      { type: types[name.split('.').at(-1) ?? ''] ?? 'text/plain', body },
    ]),
  );
  return { files, index: indexPage };
}

/** The facts stand in attributes: the page's security policy allows no script in it. */
function indexPage({ base, token, isReadOnly }: PageFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<link rel="icon" href="${base}icon.svg">
<link rel="stylesheet" href="${base}page.css">
</head>
<body>
<div id="page" data-base="${base}" data-token="${token}" data-read-only="${isReadOnly}"></div>
<noscript>This page needs JavaScript. <code>kubectl sluice get rollout NAME -w</code> shows the same in a terminal.</noscript>
<script type="module" src="${base}page.js"></script>
</body>
</html>
`;
}
