import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Split } from '../../src/api/split.ts';
import type { CanaryStrategy } from '../../src/api/v1alpha1/rollout.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { routers } from '../../src/routers/registry.ts';
import { ingress } from '../routers/support.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { aRollout, aSplit, noPlan, stage } from './stage.ts';

/** Shows splits with the real routers, one after the other; each is decided once. */
async function shownInTurn(
  canary: CanaryStrategy,
  splits: readonly Split[],
  service: string,
  prepare: (server: FakeCluster) => void = () => {},
) {
  const left = [...splits];
  const played = await stage({
    routers,
    prepare: (server) => {
      prepare(server);
      server.put(resources.rollouts, aRollout('shop', { strategy: { canary } }, { phase: 'Healthy' }));
      server.put(resources.ingresses, ingress(service));
    },
    decide: () => {
      const split = left.shift();
      return split === undefined ? noPlan : { ...noPlan, actions: [{ do: 'route', split }] };
    },
  });
  for (const _ of splits) await played.clock.advanceBy(60_000);
  return played;
}

const named = { stableService: 'shop-stable', canaryService: 'shop-canary' };
const nginx = { ...named, trafficRouting: { nginx: { stableIngress: 'shop' } } };

describe('a route whose object a router makes itself', () => {
  test('is created once, then changed, and the stable Ingress is not written', async () => {
    const { writes, events } = await shownInTurn(nginx, [aSplit(20), aSplit(40), aSplit(40)], 'shop-stable');
    expect(writes()).toEqual([
      'create ingresses web/shop-shop-canary',
      'patch ingresses web/shop-shop-canary',
    ]);
    expect(events()).toEqual(
      expect.arrayContaining([
        'Normal CreatingCanaryIngress: Creating canary ingress `shop-shop-canary` with weight `20`',
        "Normal PatchingCanaryIngress: Updating Ingress `shop-shop-canary` to desiredWeight '40'",
      ]),
    );
  });
});

describe('a route whose type the cluster serves in another version', () => {
  test('is created in that version', async () => {
    const smi = { ...named, trafficRouting: { smi: {} } };
    const { cluster } = await shownInTurn(smi, [aSplit(20)], 'shop-stable', (served) => {
      served.servedAs = async (type) =>
        type === resources.trafficSplits ? { ...type, version: 'v1alpha4' } : type;
    });
    const backends = [
      { service: 'shop-canary', weight: 20 },
      { service: 'shop-stable', weight: 80 },
    ];
    const made = { apiVersion: 'split.smi-spec.io/v1alpha4', kind: 'TrafficSplit', spec: { backends } };
    expect(cluster.bodies.find((body) => (body as KubeObject).kind === 'TrafficSplit')).toMatchObject(made);
  });
});

describe('a promotion with ping and pong', () => {
  test('is read back in the roles that it has just written, before the status has them', async () => {
    const canary = {
      pingPong: { pingService: 'ping', pongService: 'pong' },
      trafficRouting: { alb: { ingress: 'shop', rootService: 'root', servicePort: 80 } },
    };
    const promoted: Split = {
      ...aSplit(0),
      stable: { service: 'ping', podTemplateHash: 'bbb', weight: 100 },
      canary: { service: 'pong', podTemplateHash: 'bbb', weight: 0 },
    };
    const { writes, lines } = await shownInTurn(canary, [promoted], 'root');
    expect(writes()).toEqual(['patch ingresses web/shop']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('an abort', () => {
  const alb = {
    ...named,
    trafficRouting: {
      alb: { ingresses: ['shop', 'shop-internal'], rootService: 'shop-stable', servicePort: 80 },
    },
  };

  /** The patches that are tried of two Ingresses, of which a webhook refuses the first. */
  async function tried(urgent: boolean): Promise<readonly string[]> {
    const left = [aSplit(20)];
    const { clock, cluster } = await stage({
      routers,
      prepare: (server) => {
        server.onCall = (call) => {
          if (call === 'patch ingresses web/shop') throw new ApiError(403, 'Forbidden', 'refused');
        };
        server.put(resources.rollouts, aRollout('shop', { strategy: { canary: alb } }, { phase: 'Healthy' }));
        for (const name of ['shop', 'shop-internal']) {
          const object = ingress('shop-stable');
          server.put(resources.ingresses, { ...object, metadata: { ...object.metadata, name } });
        }
      },
      decide: () => {
        const split = left.shift();
        return split === undefined ? noPlan : { ...noPlan, urgent, actions: [{ do: 'route', split }] };
      },
    });
    await clock.advanceBy(60_000);
    return cluster.calls.filter((call) => call.startsWith('patch ingresses'));
  }

  test('shuts the routes that can be written, when one cannot', async () => {
    expect(await tried(true)).toEqual(['patch ingresses web/shop', 'patch ingresses web/shop-internal']);
  });

  test('is the only one to go on: in a release all routes show the same split', async () => {
    expect(await tried(false)).toEqual(['patch ingresses web/shop']);
  });
});
