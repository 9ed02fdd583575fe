import { readdirSync, readFileSync } from 'node:fs';

describe('the pages of docs/adr', () => {
  test('are numbered one after the other, and each says its own number', () => {
    const pages = readdirSync('docs/adr').sort();
    expect(pages.map((name) => Number.parseInt(name, 10))).toEqual(pages.map((_, index) => index + 1));
    const titles = pages.map((name) => readFileSync(`docs/adr/${name}`, 'utf8').split('.', 1)[0]);
    expect(titles).toEqual(pages.map((_, index) => `# ${index + 1}`));
  });
});
