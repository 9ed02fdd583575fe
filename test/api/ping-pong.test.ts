import { namedRouters } from '../../src/api/split.ts';
import type { CanaryStrategy, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { validateRollout } from '../../src/api/validation/validate-rollout.ts';
import { decideRollout } from '../../src/core/rollout/decide.ts';
import { routers } from '../../src/routers/registry.ts';
import { servicesInTurn, servicesOf } from '../../src/routers/services.ts';
import { noon, observed, replicaSet, rollout, router, service } from '../support/builders.ts';

const istio: TrafficRouting = { istio: { virtualService: { name: 'shop' } } };
const alb: TrafficRouting = { alb: { ingress: 'shop', servicePort: 80, rootService: 'root' } };
const gateway: TrafficRouting = { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop' } } };
const named = { stableService: 'shop-stable', canaryService: 'shop-canary' };
const inTurns = { pingPong: { pingService: 'ping', pongService: 'pong' } };

const onlyNamed = ['shop-stable', 'shop-canary'];
const every = [...onlyNamed, 'pong', 'ping'];

describe('with both pairs of Services', () => {
  test.each<[string, CanaryStrategy, readonly string[], readonly string[]]>([
    [
      'Istio alone divides between the named pair',
      { ...named, ...inTurns, trafficRouting: istio },
      onlyNamed,
      ['shop-stable'],
    ],
    [
      'Istio with the other pair alone follows the turns',
      { ...inTurns, trafficRouting: istio },
      ['pong', 'ping'],
      ['ping'],
    ],
    [
      'ALB follows the turns, and the names are turned too',
      { ...named, ...inTurns, trafficRouting: alb },
      ['pong', 'ping'],
      ['ping', 'shop-stable'],
    ],
    [
      'the Gateway API does so too',
      { ...named, ...inTurns, trafficRouting: gateway },
      ['pong', 'ping'],
      ['ping', 'shop-stable'],
    ],
    [
      'beside them Istio divides between the names',
      { ...named, ...inTurns, trafficRouting: { ...istio, ...alb } },
      ['pong', 'ping'],
      ['ping', 'shop-stable'],
    ],
  ])('%s', (_, canary, divided, turnable) => {
    const owner = rollout({ canary: { ...canary, steps: [{ setWeight: 50 }] }, status: { stableRS: '' } });
    expect(Object.values(servicesInTurn(owner))).toEqual(divided);
    expect(Object.values(servicesOf(owner))).toEqual(
      'stableService' in canary ? onlyNamed : ['pong', 'ping'],
    );
    const services = Object.fromEntries(every.map((name) => [name, service(name)]));
    const { actions } = decideRollout(
      observed({
        rollout: owner,
        replicaSets: [replicaSet()],
        services,
        routers: namedRouters(canary.trafficRouting).map((kind) => router({ kind: kind as 'istio' })),
      }),
      noon,
    );
    const turned = actions.flatMap((action) => (action.do === 'switchService' ? [action.name] : []));
    expect([...turned].sort()).toEqual([...turnable].sort());
  });

  test('a router that cannot follow the turns divides between the names, and is refused without them', () => {
    const routing = { ...alb, nginx: { stableIngress: 'shop' } };
    const facts = (['alb', 'nginx'] as const).map((kind) => ({
      kind,
      supported: true,
      capabilities: routers[kind]?.capabilities ?? new Set(),
      problems: [],
    }));
    const found = (canary: CanaryStrategy) =>
      validateRollout(rollout({ canary }), { services: {}, routers: facts, templateProblems: [] })
        .map(({ detail }) => detail)
        .filter((detail) => detail.startsWith('Canary service'));
    expect(found({ ...named, ...inTurns, trafficRouting: routing })).toEqual([]);
    expect(found({ ...inTurns, trafficRouting: routing })).toHaveLength(2);
  });
});
