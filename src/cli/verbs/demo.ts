import { until } from '../../kernel/clock.ts';
import { addSeconds } from '../../kernel/instant.ts';
import type { Release, ReleasePlan } from '../demo/release.ts';
import { clockText, drawFrame } from '../demo/screen.ts';
import { screen } from '../screen.ts';
import { interruptedExit, type Session, type Verb } from '../verb.ts';

/** Simulated seconds between two pictures. */
const frameSeconds = 5;
/** A picture stays this long on a terminal; elsewhere nobody waits. Real seconds. */
const frameRealSeconds = 0.06;
/** No release of the demo takes longer than this. Simulated seconds. */
const longestRelease = 1800;
/** Pictures after the end, so that it can be seen. */
const lastFrames = 8;

interface Act extends Omit<ReleasePlan, 'manifests' | 'crds'> {
  readonly expected: 'Healthy' | 'Degraded';
  readonly verdict: string;
}

export const acts: readonly Act[] = [
  {
    title: 'A good release: shop v1 → v2',
    image: 'registry.example.com/shop:v2',
    behaviour: { 'sandbox.sluice.dev/error-rate': '0.01', 'sandbox.sluice.dev/latency-ms': '60' },
    expected: 'Healthy',
    verdict: 'shop:v2 went 10 → 25 → 50 → 100 and is the stable version now',
  },
  {
    title: 'A bad release: shop v1 → v3, which fails every fifth request',
    image: 'registry.example.com/shop:v3',
    behaviour: { 'sandbox.sluice.dev/error-rate': '0.2', 'sandbox.sluice.dev/latency-ms': '60' },
    expected: 'Degraded',
    verdict: 'its error rate broke the limit: the gate was shut by itself, all traffic is back on shop:v1',
  },
];

export const demo: Verb = {
  words: 'demo',
  summary: 'Watch a good and a bad release on the embedded cluster',
  details: 'Needs nothing and changes nothing. Exits 0 only if both releases ended as they should.',
  async run(session) {
    const { startRelease } = await import('../demo/release.ts');
    const { packagedCrds, packagedObjects } = await import('../package-files.ts');
    const crds = packagedCrds();
    const manifests = packagedObjects('examples/canary-istio');
    const verdicts: string[] = [];
    let failures = 0;
    for (const act of acts) {
      const release = await startRelease({ ...act, crds, manifests });
      const ended = await play(session, release);
      const problems = [
        ...(ended === act.expected ? [] : [`it should have ended ${act.expected}, and is ${ended}`]),
        ...release.broken,
      ];
      await release.stop();
      if (session.signal.aborted) return interruptedExit;
      failures += problems.length;
      const verdict = verdictText(session, act, problems);
      verdicts.push(verdict);
      if (!session.isTerminal) session.out(`${verdict}\n`);
    }
    // on a terminal the second release has been drawn over the first one's verdict
    session.out(`\n${session.isTerminal ? `${verdicts.join('')}\n` : ''}${nextSteps(session.programName)}`);
    return failures === 0 ? 0 : 1;
  },
};

function verdictText({ colors }: Session, { title, verdict }: Act, problems: readonly string[]): string {
  if (problems.length === 0) return `${colors.green('✔')} ${verdict}\n`;
  return problems.map((problem) => `${colors.red('✖')} ${title}: ${problem}\n`).join('');
}

/** Shows the release until it is over; says how it ended. */
async function play(session: Session, release: Release): Promise<string> {
  const show = session.isTerminal ? showPictures(session) : showSentences(session, release);
  let left = lastFrames;
  for (
    let seconds = 0;
    seconds < longestRelease && left > 0 && !session.signal.aborted;
    seconds += frameSeconds
  ) {
    const frame = await release.advance(frameSeconds);
    await show(frame);
    if (frame.phase === 'Healthy' || frame.phase === 'Degraded') left -= 1;
  }
  return release.phase() ?? 'unknown';
}

type Show = (frame: Awaited<ReturnType<Release['advance']>>) => Promise<void>;

function showPictures(session: Session): Show {
  const picture = screen(session);
  return async (frame) => {
    picture.draw(
      `${drawFrame(frame, { width: session.columns?.() ?? 100, colour: session.hasColors }).join('\n')}\n`,
    );
    await until(session.clock, addSeconds(session.clock.now(), frameRealSeconds), session.signal);
    picture.close();
  };
}

/** Where nothing can be redrawn: a sentence for whatever happens, and the split whenever it changes. */
function showSentences(session: Session, release: Release): Show {
  let told = 0;
  let weight = -1;
  session.out(`${release.title}\n`);
  return async (frame) => {
    for (const { atSeconds, text } of release.story.slice(told))
      session.out(`  ${clockText(atSeconds)}  ${text}\n`);
    told = release.story.length;
    if (frame.canaryWeight === weight) return;
    weight = frame.canaryWeight;
    const readings = frame.gauges.flatMap(({ name, history, limit, format }) => {
      const latest = history.at(-1);
      return latest === undefined ? [] : [`${name} ${format(latest)} (limit ${format(limit)})`];
    });
    session.out(
      `  ${clockText(frame.elapsedSeconds)}  traffic: stable ${100 - weight} %, canary ${weight} %${readings.length === 0 ? '' : `; ${readings.join(', ')}`}\n`,
    );
  };
}

function nextSteps(programName: string): string {
  const steps = {
    sandbox: 'keep a cluster like this one running, and use your own kubectl on it',
    'example canary-istio': 'print the manifests that you have just seen',
    '--help': 'what else there is',
  };
  const lines = Object.entries(steps).map(([words, what]) => `  ${programName} ${words.padEnd(22)}${what}\n`);
  return `What to try next:\n${lines.join('')}`;
}
