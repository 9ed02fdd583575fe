// Writes docs/demo.svg: the demo as it ran, a picture every few simulated seconds, drawn by the demo's own code.
import { writeFileSync } from 'node:fs';
import { startRelease } from '../src/cli/demo/release.ts';
import { drawFrame } from '../src/cli/demo/screen.ts';
import { packagedCrds, packagedObjects } from '../src/cli/package-files.ts';
import { acts } from '../src/cli/verbs/demo.ts';

const everySeconds = 20;
const secondsPerFrame = 0.35;
const [columns, lineHeight, charWidth] = [104, 19, 8.4];
const colours: Readonly<Record<string, string>> = {
  '31': '#f85149',
  '32': '#3fb950',
  '33': '#d29922',
  '36': '#39c5cf',
};

async function frames(): Promise<string[][]> {
  const pictures: string[][] = [];
  for (const act of acts) {
    const release = await startRelease({
      ...act,
      crds: packagedCrds(),
      manifests: packagedObjects('examples/canary-istio'),
    });
    for (let left = 3; left > 0; ) {
      const frame = await release.advance(everySeconds);
      pictures.push(drawFrame(frame, { width: columns, colour: true }));
      if (frame.phase === act.expected) left -= 1;
    }
    await release.stop();
  }
  return pictures;
}

/** The sign of a pause is a letter that many fonts for pictures lack. */
const asXml = (text: string) =>
  text.replaceAll('॥', '‖').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const escapeCharacter = String.fromCharCode(27);
const colourCode = new RegExp(`(${escapeCharacter}\\[\\d+m)`);

/** One line with terminal colours, as SVG spans. */
function svgLine(line: string, y: number): string {
  let [fill, weight, opacity, inverse] = ['#e6edf3', 'normal', 1, false];
  const spans = line.split(colourCode).flatMap((part) => {
    const code = colourCode.test(part) ? part.slice(2, -1) : undefined;
    if (code === undefined) {
      const style = `fill="${inverse ? '#58a6ff' : fill}" font-weight="${weight}" opacity="${opacity}"`;
      return part === '' ? [] : [`<tspan ${style}>${asXml(part)}</tspan>`];
    }
    if (code in colours) fill = colours[code] as string;
    if (code === '39') fill = '#e6edf3';
    if (code === '1') weight = 'bold';
    if (code === '2') opacity = 0.6;
    if (code === '22') [weight, opacity] = ['normal', 1];
    if (code === '7') inverse = true;
    if (code === '27') inverse = false;
    return [];
  });
  return `<text x="16" y="${y}" xml:space="preserve">${spans.join('')}</text>`;
}

const pictures = await frames();
const duration = pictures.length * secondsPerFrame;
const height = 40 + Math.max(...pictures.map((lines) => lines.length)) * lineHeight;
const share = 100 / pictures.length;
const groups = pictures.map((lines, index) => {
  const body = lines.map((line, row) => svgLine(line, 32 + row * lineHeight)).join('');
  return `<g class="f" style="animation-delay:${(index * secondsPerFrame).toFixed(2)}s">${body}</g>`;
});
writeFileSync(
  'docs/demo.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.round(columns * charWidth + 32)} ${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14">
<style>.f{visibility:hidden;animation:show ${duration.toFixed(2)}s step-end infinite}@keyframes show{0%{visibility:visible}${share.toFixed(3)}%{visibility:hidden}}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${groups.join('\n')}
</svg>
`,
);
