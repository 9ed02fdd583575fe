import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Every page that people read, from the top of the repository. */
const pages = [
  ...readdirSync('.'),
  ...['docs', 'examples', 'charts', 'config'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ),
].filter((name) => name.endsWith('.md'));

const textOf = (page: string) => readFileSync(page, 'utf8');

/** Without code, in which brackets mean something else. */
const proseOf = (page: string) =>
  textOf(page)
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (page: string) =>
  new Set([...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));

/** What is wrong with one link of a page; undefined when it leads somewhere. */
function brokenLink(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(target)) return `${page}: there is no ${target}`;
  if (anchor === undefined || statSync(target).isDirectory()) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${page}: ${target} has no heading for #${anchor}`;
}

describe('the pages', () => {
  test('lead where they say', () => {
    const links = pages.flatMap((page) =>
      [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => [page, link] as const),
    );
    expect(links.length).toBeGreaterThan(50);
    expect(links.flatMap(([page, link]) => brokenLink(page, link) ?? [])).toEqual([]);
  });

  test('name npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/npm run (?:-s |--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => [
        page,
        name,
      ]),
    );
    expect(named.filter(([, name = '']) => scripts[name] === undefined)).toEqual([]);
  });

  test('name files of the repository that there are', () => {
    const named = pages.flatMap((page) =>
      [
        ...textOf(page).matchAll(
          /`((?:src|test|scripts|docs|examples|charts|config|crds|bench)\/[\w./-]+)`/g,
        ),
      ].map(([, path = '']) => [page, path] as const),
    );
    expect(named.filter(([, path]) => !existsSync(path) && !existsSync(`${path}.ts`))).toEqual([]);
  });
});
