import type { KubeObject } from '../../../src/api/meta.ts';
import { isCompleted } from '../../../src/api/v1alpha1/analysis.ts';
import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import { promotePatches } from '../../../src/cli/verbs/promote.ts';
import { addSeconds } from '../../../src/kernel/instant.ts';
import { sameJson } from '../../../src/kernel/same-json.ts';
import { availableOf, hashOf, isRefused } from '../../../src/sim/scene.ts';
import { analysisTemplate, podTemplate, type RolloutOptions, rollout } from '../../support/builders.ts';
import { brokenAtRest, holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';
import type { Deed, Next } from './deed.ts';
import type { Sequence } from './sequence.ts';

/** Plays a sequence to its end. Says what broke, or nothing. */
export function brokenBy(sequence: Sequence): string | undefined {
  try {
    const play = played(sequence);
    return brokenAtTheEnd(play) ?? otherEnd(sequence, play);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function played(sequence: Sequence): Play {
  const play = startOf(sequence);
  if (isRefused(play.scene())) throw new Error(`the drawn spec is refused: ${play.status.message}`);
  for (const { deed, next } of sequence.turns) {
    carryOut(play, deed);
    goOn(play, next);
  }
  return play;
}

/**
 * I9: a plan that was cut off leads to the same end as one that was not. Comparable only where all comes to rest after
 * each turn; otherwise people would find another moment.
 */
function otherEnd(sequence: Sequence, cut: Play): string | undefined {
  const { turns } = sequence;
  const isComparable = turns.every(
    ({ deed, next }) => deed.do !== 'meanwhile' && (next === 'rest' || typeof next === 'number'),
  );
  if (!isComparable || turns.every(({ deed }) => deed.do !== 'cutOff')) return undefined;
  const whole = played({
    ...sequence,
    turns: turns.map(({ deed, next }) => ({ deed: deed.do === 'cutOff' ? { do: 'nothing' } : deed, next })),
  });
  const broken = brokenAtTheEnd(whole);
  if (broken !== undefined) return broken;
  const [one, other] = [endOf(cut), endOf(whole)];
  const different = Object.keys(one).filter((key) => !sameJson(one[key], other[key]));
  return different.length === 0
    ? undefined
    : `I9 once: ${different.map((key) => `${key} is ${JSON.stringify(one[key])}, without the cut ${JSON.stringify(other[key])}`).join('; ')}`;
}

/** Told once each, whatever was cut off. */
const news = ['RolloutCompleted', 'RolloutAborted'];

function endOf(play: Play): Record<string, unknown> {
  const { phase, stableRS, currentStepIndex, abort } = play.status;
  return {
    phase,
    stableRS,
    currentStepIndex,
    abort,
    sizes: Object.fromEntries([...play.replicaSets].map(([name, { spec }]) => [name, spec.replicas])),
    weights: play.weights,
    selectors: Object.fromEntries(Object.keys(play.services).map((name) => [name, play.selected(name)])),
    events: play.reasons().filter((reason) => news.includes(reason)),
  };
}

function startOf({ spec, workload }: Sequence): Play {
  const shop = rollout(spec);
  const { template: _, ...withoutTemplate } = shop.spec;
  const workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', scaleDown: 'progressively' };
  return new Play(workload ? { ...shop, spec: { ...withoutTemplate, workloadRef } } : shop, {
    services: servicesOf(spec),
    routers: spec.canary?.trafficRouting === undefined ? 0 : 1,
    templates: [analysisTemplate('error-rate')],
    check: holdInvariants,
    ...(workload && { workload: deployment(spec.replicas ?? 1) }),
  }).settle();
}

function servicesOf({ canary, blueGreen }: RolloutOptions): string[] {
  const { pingService, pongService } = canary?.pingPong ?? {};
  return [
    canary?.stableService,
    canary?.canaryService,
    pingService,
    pongService,
    blueGreen?.activeService,
    blueGreen?.previewService,
  ].filter((name) => name !== undefined);
}

function deployment(replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'default', generation: 1 },
    spec: { replicas, selector: { matchLabels: { app: 'shop' } }, template: podTemplate() },
  } as KubeObject;
}

/** What rests must be in order, except that the operator is cut off before it is. */
function goOn(play: Play, next: Next): void {
  if (next === 'nothing') return;
  if (next === 'one decision') {
    play.decide();
    return;
  }
  if (next === 'rest') play.settle();
  else play.pass(next);
  const broken = brokenAtRest(play.scene());
  if (broken !== undefined) throw new Error(broken);
}

function carryOut(play: Play, deed: Deed): void {
  switch (deed.do) {
    case 'image':
      play.image(deed.image);
      return;
    case 'break':
      play.broken.add(deed.image);
      return;
    case 'heal':
      play.broken.delete(deed.image);
      return;
    case 'abort':
      play.patchStatus({ abort: true });
      return;
    case 'retry':
      play.patchStatus({ abort: null });
      return;
    case 'promote':
    case 'promoteFull':
      promote(play, deed.do === 'promoteFull');
      return;
    case 'skip':
      skip(play);
      return;
    case 'pause':
    case 'unpause':
      play.edit({ paused: deed.do === 'pause' });
      return;
    case 'scale':
      play.edit({ replicas: deed.replicas });
      return;
    case 'undo':
      undo(play);
      return;
    case 'steps':
      editSteps(play, deed.steps);
      return;
    case 'losePods':
      losePods(play, deed.which, deed.left);
      return;
    case 'deleteReplicaSet':
      deleteReplicaSet(play, deed.which);
      return;
    case 'editService':
      editService(play, deed.which, deed.how);
      return;
    case 'judge':
      judge(play, deed.which, deed.phase);
      return;
    case 'experimentStarts':
      startExperiments(play);
      return;
    case 'requests':
      play.requests = requestsThat[deed.are];
      return;
    case 'targets':
      play.knowsPods = deed.areKnown;
      return;
    case 'nothing':
      return;
    case 'cutOff':
      play.disturbance = { afterWrites: deed.afterWrites };
      return;
    case 'meanwhile':
      play.disturbance = { afterWrites: deed.afterWrites, deed: () => carryOut(play, deed.deed) };
      return;
  }
}

const requestsThat = {
  'as weighted': 'as weighted',
  'all to stable': { canary: 0, stable: 5000 },
  'too few': { canary: 1, stable: 2 },
  'not to be counted': { error: 'connection refused' },
} as const satisfies Record<Extract<Deed, { do: 'requests' }>['are'], Play['requests']>;

/** As the command line does it. */
function promote(play: Play, full: boolean): void {
  const { status, spec } = promotePatches(play.rollout, { full });
  if (status !== undefined) play.patchStatus(status as Record<string, unknown>);
  if (spec !== undefined) play.edit(spec as { paused?: boolean });
}

function skip(play: Play): void {
  if ((play.rollout.spec.strategy?.canary?.steps ?? []).length === 0) return;
  const { status } = promotePatches(play.rollout, { skipCurrentStep: true });
  play.patchStatus(status as Record<string, unknown>);
}

function undo(play: Play): void {
  const sets = [...play.replicaSets.values()].filter((set) => hashOf(set) !== play.status.currentPodHash);
  const image = sets.at(-1)?.spec.template.spec?.containers[0]?.image;
  if (image !== undefined) play.image(image);
}

function editSteps(play: Play, steps: Extract<Deed, { do: 'steps' }>['steps']): void {
  const { canary } = play.rollout.spec.strategy ?? {};
  if (canary !== undefined) play.edit({ strategy: { canary: { ...canary, steps: [...steps] } } });
}

function losePods(play: Play, which: number, left: number): void {
  const sets = [...play.replicaSets.values()];
  const set = sets[which % Math.max(1, sets.length)];
  const image = set?.spec.template.spec?.containers[0]?.image;
  const available = Math.min(left, set?.status?.availableReplicas ?? 0);
  if (image !== undefined) play.setAvailable(image, available);
}

function deleteReplicaSet(play: Play, which: number): void {
  const names = [...play.replicaSets.keys()];
  const name = names[which % Math.max(1, names.length)];
  if (name !== undefined) play.replicaSets.delete(name);
}

function editService(play: Play, which: number, how: Extract<Deed, { do: 'editService' }>['how']): void {
  const { canary, blueGreen } = play.rollout.spec.strategy ?? {};
  const names = servicesOf({ ...(canary && { canary }), ...(blueGreen && { blueGreen }) });
  const name = names[which % Math.max(1, names.length)];
  if (name === undefined) return;
  const [other] = play.replicaSets.values();
  if (how === 'is deleted') delete play.services[name];
  else if (how === 'is back') play.restoreService(name);
  else play.pointService(name, how === 'points nowhere' ? 'nobody' : ((other && hashOf(other)) ?? 'nobody'));
}

function judge(play: Play, which: number, phase: Extract<Deed, { do: 'judge' }>['phase']): void {
  const open = [...play.runs.values()].filter(({ status }) => !isCompleted(status?.phase));
  const run = open[which % Math.max(1, open.length)];
  if (run !== undefined) play.runs.set(run.metadata.name, { ...run, status: { ...run.status, phase } });
}

function startExperiments(play: Play): void {
  for (const [name, experiment] of play.experiments) {
    if (!isCompleted(experiment.status?.phase)) {
      play.experiments.set(name, { ...experiment, status: { phase: 'Running' } });
    }
  }
}

/** More rounds than any story needs to come to its end. */
const mostRounds = 60;

/** The world is kind again: every story ends (I8), and what stands at the end is what was asked for. */
function brokenAtTheEnd(play: Play): string | undefined {
  play.disturbance = undefined;
  play.requests = 'as weighted';
  if (play.knowsPods !== undefined) play.knowsPods = true;
  for (const name of servicesOf(play.rollout.spec.strategy ?? {})) play.restoreService(name);
  for (let round = 0; round < mostRounds; round += 1) {
    endRuns(play);
    play.settle();
    const { phase } = play.status;
    const isQuiet = play.wakeAt === undefined || isRefused(play.scene());
    if (isQuiet && phase !== 'Progressing' && openRuns(play) === 0) break;
    play.now = play.wakeAt ?? addSeconds(play.now, 60);
  }
  return brokenAtRest(play.scene()) ?? unfinished(play);
}

function openRuns({ runs }: Play): number {
  return [...runs.values()].filter(({ status }) => !isCompleted(status?.phase)).length;
}

function endRuns(play: Play): void {
  for (const [name, run] of play.runs) {
    if (!isCompleted(run.status?.phase)) {
      play.runs.set(name, { ...run, status: { phase: 'Successful' } });
    }
  }
  for (const [name, experiment] of play.experiments) {
    if (!isCompleted(experiment.status?.phase)) {
      play.experiments.set(name, { ...experiment, status: { phase: 'Successful' } });
    }
  }
}

/** A weight for a canary that is told to have no pods cannot come true, and says so in the end. */
function asksForNoPods({ spec }: Rollout): boolean {
  return spec.strategy?.canary?.steps?.some(({ setCanaryScale }) => setCanaryScale?.replicas === 0) === true;
}

function unfinished(play: Play): string | undefined {
  const { status, rollout: shop } = play;
  const scene = play.scene();
  const { replicas } = scene;
  const says = `${status.phase}: ${status.message}; waits for ${status.waiting?.for}`;
  if (status.phase === 'Progressing') return `I8 live: it never ends. ${says}`;
  const isStuck = status.message?.startsWith('ProgressDeadlineExceeded') === true;
  if (isStuck && play.broken.size === 0 && !asksForNoPods(shop)) {
    return `I8 live: every pod works, and it is stuck. ${says}`;
  }
  if (isRefused(scene)) return undefined;
  if (status.phase === 'Paused' && status.waiting === undefined)
    return 'it is paused and does not say what for';
  if (shop.spec.paused === true) return undefined;
  const others = scene.replicaSets.filter(
    (set) =>
      ![status.stableRS, status.currentPodHash].includes(hashOf(set) ?? '') && (set.spec.replicas ?? 0) > 0,
  );
  if (status.phase === 'Healthy') {
    if (status.stableRS !== status.currentPodHash) return `it is Healthy, but not promoted`;
    if (availableOf(scene, status.stableRS) < replicas) return 'it is Healthy without all its pods';
    if (others.length > 0) return `it is Healthy, and ${others[0]?.metadata.name} keeps its pods for ever`;
  }
  if (status.abort === true) {
    const weight = scene.weights.find((shown) => shown.weight > 0);
    const whole = availableOf(scene, status.stableRS) >= replicas;
    if (weight !== undefined && whole)
      return `I4 shut: it is aborted and ${weight.weight} still goes to the canary`;
  }
  return undefined;
}
