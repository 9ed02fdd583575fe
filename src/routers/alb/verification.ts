import type { Ingress } from '../../api/routes.ts';
import type { Rollout, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RouterAnswer, RouterNews, TrafficRouter } from '../../ports/traffic-router.ts';
import { servicesInTurn } from '../services.ts';
import { albOf, annotationKey, weightOf } from './action.ts';
import { albStatusOf, judgeWeights, type WantedWeights } from './judge-weights.ts';
import { keptGroups } from './kept-groups.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { LoadBalancerReader } from './load-balancer-reader.ts';
import { questions } from './questions.ts';
import type { Reading } from './shared-readings.ts';

export interface VerificationOptions {
  readonly reader: LoadBalancerReader;
  readonly clock: Clock;
  /** Key of the tag that names Ingress, Service and port of a target group. */
  readonly tagKey: string;
}

type Weights = NonNullable<NonNullable<RolloutStatus['canary']>['weights']>;

/** The router with a data plane to ask: the AWS load balancers behind its Ingresses. */
export function verifying(router: TrafficRouter, options: VerificationOptions): TrafficRouter {
  const { reader, clock, tagKey } = options;
  const asking = questions(clock);
  return {
    ...router,
    capabilities: new Set([...router.capabilities, 'verify']),
    verify(rollout, current, heard): RouterAnswer | undefined {
      const id = rollout.metadata.uid ?? `${rollout.metadata.namespace}/${rollout.metadata.name}`;
      const weights = rollout.status?.canary?.weights;
      const isWaiting = waitsForWeights(rollout);
      if (weights === undefined || !(isWaiting || knowsNoLoadBalancer(rollout))) {
        asking.forget(id);
        return undefined;
      }
      const text = JSON.stringify([weights.canary, weights.stable, weights.additional]);
      const asked = asking.ask(id, text);
      const answers = (current as readonly Ingress[]).map((ingress) =>
        answerOf(wantedOf(rollout, weights, ingress, tagKey), hostsOf(ingress), (host) =>
          reader.balancers.read(host, { id, since: asked.since, heard }),
        ),
      );
      return {
        verified: isWaiting ? answers.every(({ verified }) => verified) : undefined,
        news: isWaiting ? answers.flatMap((answer) => untold(answer, asked.told)) : [],
        albs: answers.flatMap(({ albs }) => albs),
      };
    },
  };
}

/** An update in progress, at a step that sets a weight, or behind the last one with all of the traffic. */
function waitsForWeights({ spec, status }: Rollout): boolean {
  const { steps = [], trafficRouting } = spec.strategy?.canary ?? {};
  const { currentPodHash, stableRS, abort, currentStepIndex: index = steps.length, canary } = status ?? {};
  if (abort === true || stableRS === undefined || stableRS === '' || stableRS === currentPodHash)
    return false;
  if (steps[index]?.setWeight !== undefined) return true;
  return (
    index >= steps.length && canary?.weights?.canary.weight === (trafficRouting?.maxTrafficWeight ?? 100)
  );
}

function knowsNoLoadBalancer({ status }: Rollout): boolean {
  return status?.alb === undefined && (status?.albs ?? []).length === 0;
}

function hostsOf({ status }: Ingress): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname || []);
}

/** The names of the Services are those of their roles: with ping-pong, status has none. */
function wantedOf(
  rollout: Rollout,
  { canary, stable, additional = [] }: Weights,
  { metadata }: Ingress,
  tagKey: string,
): WantedWeights {
  const names = servicesInTurn(rollout);
  const others = weightOf(keptGroups(rollout, metadata.annotations?.[annotationKey(rollout)]));
  return {
    namespace: rollout.metadata.namespace ?? '',
    ingress: metadata.name,
    servicePort: albOf(rollout).servicePort,
    tagKey,
    canary: { service: names.canary ?? '', weight: canary.weight },
    stable: { service: names.stable ?? '', weight: Math.max(0, stable.weight - others) },
    additional: additional.map(({ serviceName = '', weight }) => ({ service: serviceName, weight })),
  };
}

interface IngressAnswer extends Pick<RouterAnswer, 'news'> {
  readonly verified: boolean;
  readonly albs: NonNullable<RouterAnswer['albs']>;
  readonly ingress: string;
  /** Tells one set of readings from another. */
  readonly key: string;
}

/** All load balancers of one Ingress; without one, or without a reading of it, the answer is "not yet". */
function answerOf(
  wanted: WantedWeights,
  hosts: readonly string[],
  read: (host: string) => BalancerReading | undefined,
): IngressAnswer {
  const parts = hosts.map((host) => {
    const reading = read(host);
    const key = `${host} ${reading?.at}`;
    return { key, ...(reading === undefined ? nothingYet : partOf(wanted, host, reading)) };
  });
  return {
    verified: parts.length > 0 && parts.every(({ verified }) => verified),
    news: parts.flatMap(({ news }) => news),
    albs: parts.flatMap(({ albs }) => albs).slice(-1),
    ingress: wanted.ingress,
    key: parts.map(({ key }) => key).join(', '),
  };
}

type BalancerReading = Reading<{ readonly found: LoadBalancer | undefined }>;
type Part = Omit<IngressAnswer, 'ingress' | 'key'>;
const nothingYet: Part = { verified: false, news: [], albs: [] };

function partOf(wanted: WantedWeights, host: string, { says }: BalancerReading): Part {
  if ('error' in says) return { ...nothingYet, news: couldNotAsk(wanted, says.error) };
  const { found } = says;
  if (found !== undefined) return { ...judgeWeights(wanted, found), albs: [albStatusOf(wanted, found)] };
  const news = [warning('LoadBalancerNotFound', `Failed to find load balancer: ${host}`)];
  return { ...nothingYet, news };
}

function couldNotAsk({ canary }: WantedWeights, error: string): readonly RouterNews[] {
  return [
    warning(
      'TargetGroupVerifyError',
      `Failed to verify Service ${canary.service} (TargetGroup unknown): ${error}`,
    ),
    warning('WeightVerifyError', `Failed to verify weight: ${error}`),
  ];
}

function warning(reason: string, message: string): RouterNews {
  return { type: 'Warning', reason, message };
}

/** Each reading is told once, however often it is looked at. */
function untold({ ingress, key, news }: IngressAnswer, told: Map<string, string>): readonly RouterNews[] {
  if (news.length === 0 || told.get(ingress) === key) return [];
  told.set(ingress, key);
  return news;
}
