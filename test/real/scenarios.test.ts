import { realClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { axiosHttp } from '../../src/metrics/http-axios.ts';
import { providerRegistry } from '../../src/metrics/registry.ts';
import { permissions } from '../../src/operator/permissions.ts';
import type { Http } from '../../src/ports/http.ts';
import { routers } from '../../src/routers/registry.ts';
import { type Controllers, startControllers } from '../../src/shell/controllers.ts';
import type { Connection } from '../../src/shell/kube-client/connect.ts';
import { stories } from '../scenario/stories/index.ts';
import { storyOn } from '../support/story.ts';
import { eventually } from './support/processes.ts';
import { type RealPrometheus, startPrometheus } from './support/prometheus.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';
import { type RealParts, realStage } from './support/real-stage.ts';
import { asController, grant, judged, notingOwners, refused, unused } from './support/rights.ts';
import { roughWay } from './support/rough-way.ts';

/** One minute of a story takes three seconds. */
const speed = 20;

describe('the stories on a real API server, with its own ReplicaSet and garbage-collection controllers', () => {
  let real: RealCluster;
  let prometheus: RealPrometheus;
  let own: Connection;
  let controllers: Controllers;
  let parts: RealParts;
  const owners = new Set<string>();

  beforeAll(async () => {
    const strict = { audit: true, admission: 'OwnerReferencesPermissionEnforcement' };
    [real, prometheus] = await Promise.all([startRealCluster(strict), startPrometheus()]);
    const clock = realClock(speed);
    const { cluster, plane } = real;
    await grant(cluster, 'config/cluster');
    own = await asController(plane);
    const rough = roughWay(notingOwners(own.cluster, owners), cluster);
    const providers = providerRegistry({
      http: atRealTime(axiosHttp(realClock())),
      evaluateInstant: () => clock.now(),
      readSecret: async () => undefined,
      clock,
      jobs: { cluster: rough },
    });
    controllers = startControllers({
      cluster: rough,
      routers,
      providers,
      clock,
      random: random(2),
      log: silentLog,
    });
    await controllers.started;
    parts = { cluster, prometheus, clock, speed };
  });
  afterAll(async () => {
    await controllers?.stop();
    await own?.close();
    await real?.stop();
    await prometheus?.stop();
  });

  test.concurrent.each(
    Object.entries(stories).map(([title, tell], index) => [title, tell, `story-${index + 1}`] as const),
  )('%s', async (_, tell, namespace) => {
    const story = storyOn(await realStage(await ready(), namespace));
    await tell(story);
    expect(await story.stage.end()).toEqual([]);
  });

  test('the controller asked for nothing that it has no right to, and made use of its rights', () => {
    expect(refused(real.plane)).toEqual([]);
    expect(unused(real.plane, judged('stories'))).toEqual([]);
  });

  test('everything whose finalizers it may write owns something that it cannot go before', () => {
    const owning = permissions.filter(({ subresource }) => subresource === 'finalizers');
    expect([...owners].sort()).toEqual(owning.map(({ type }) => type.kind).sort());
  });

  /** Concurrent tests start before `beforeAll` has ended. */
  const ready = () => eventually('the parts to be ready', async () => parts, { timeoutMs: 120_000 });
});

/** The story's clock runs ahead of Prometheus', which knows nothing of the future: it is asked about its own present. */
function atRealTime(http: Http): Http {
  const present = (text: string) => text.replace(/\btime=[^&]*/g, `time=${Date.now() / 1000}`);
  return {
    request: ({ url, body, ...rest }) =>
      http.request({ ...rest, url: present(url), ...(body !== undefined && { body: present(body) }) }),
  };
}
