import { resources } from '../../../src/api/resources.ts';
import { kinds, replicaSetOf, serviceOf, template, worldStage } from '../world-support.ts';

async function shopStage(annotations: Record<string, string> = {}) {
  const stage = worldStage();
  const resourcesOf = { requests: { cpu: '500m', memory: '128Mi' }, limits: { cpu: '1' } };
  const { metadata, spec } = template({ annotations });
  const containers = spec.containers.map((container) => ({ ...container, resources: resourcesOf }));
  await stage.create(kinds.deployments, {
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'shop' } },
      template: { metadata, spec: { containers } },
    },
  });
  await stage.create(
    resources.services,
    serviceOf('shop', { app: 'shop' }, { 'sandbox.sluice.dev/requests-per-second': '30' }),
  );
  await stage.seconds(60);
  return stage;
}

describe('metrics of the state of objects', () => {
  let well: Awaited<ReturnType<typeof shopStage>>;
  beforeAll(async () => {
    well = await shopStage();
  });
  afterAll(() => well.world.stop());

  test.each([
    ['sum(kube_pod_status_ready{namespace="default",condition="true"})', 3],
    ['sum(kube_pod_status_ready{condition="false"})', 0],
    ['sum(kube_pod_status_phase{phase="Running"})', 3],
    ['sum(kube_pod_container_status_restarts_total{container="shop"})', 0],
    ['count(kube_pod_info{created_by_kind="ReplicaSet"})', 3],
    ['count(kube_pod_labels{label_app="shop"})', 3],
    ['sum(kube_pod_container_resource_requests{resource="cpu",unit="core"})', 1.5],
    ['sum(kube_pod_container_resource_limits{resource="cpu"})', 3],
    ['kube_deployment_spec_replicas{deployment="shop"}', 3],
    ['kube_deployment_status_replicas_available{deployment="shop"} / kube_deployment_spec_replicas', 1],
    ['kube_deployment_status_replicas_unavailable{deployment="shop"}', 0],
    ['kube_deployment_status_condition{condition="Available",status="true"}', 1],
    ['kube_deployment_status_observed_generation == kube_deployment_metadata_generation', 1],
    ['kube_replicaset_status_ready_replicas', 3],
    ['count(kube_replicaset_owner{owner_kind="Deployment",owner_name="shop"})', 1],
    ['count(kube_node_status_condition{condition="Ready",status="true"} == 1)', 3],
    ['count(kube_service_info{service="shop"})', 1],
    ['time() - max(kube_pod_start_time) < bool 61', 1],
  ])('%s', (query, expected) => {
    expect(well.query(query)).toBe(expected);
  });

  test('a crash loop is counted, and its reason is a series as long as it holds', async () => {
    const stage = await shopStage({ fail: 'crash', 'fail-after-seconds': '10' });
    await stage.seconds(240);
    expect(stage.query('min(increase(kube_pod_container_status_restarts_total[3m]))')).toBeGreaterThan(0);
    expect(stage.query('count(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"})')).toBe(3);
    expect(stage.query('max(kube_pod_status_ready{condition="true"})')).toBe(0);
    stage.world.stop();
  });

  test('is seen from the next scrape on, and a deleted object is gone from the next one', async () => {
    const stage = worldStage();
    await stage.seconds(1);
    await stage.create(resources.replicaSets, replicaSetOf('shop', 1));
    await stage.seconds(13);
    expect(stage.query('kube_replicaset_spec_replicas')).toBeUndefined();
    await stage.seconds(1);
    expect(stage.query('kube_replicaset_spec_replicas')).toBe(1);
    await stage.seconds(1);
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 4 } });
    await stage.seconds(13);
    expect(stage.query('kube_replicaset_spec_replicas')).toBe(1);
    await stage.seconds(1);
    expect(stage.query('kube_replicaset_spec_replicas')).toBe(4);
    await stage.seconds(1);
    await stage.world.cluster.delete({ type: resources.replicaSets, namespace: 'default', name: 'shop' });
    await stage.seconds(20);
    expect(stage.query('kube_replicaset_spec_replicas')).toBeUndefined();
    expect(stage.query('max_over_time(kube_replicaset_spec_replicas[5m])')).toBe(4);
    stage.world.stop();
  });

  test('autoscalers and Jobs have theirs', async () => {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', 1));
    await stage.create(kinds.autoscalers, {
      metadata: {
        name: 'shop',
        namespace: 'default',
        annotations: { 'sandbox.sluice.dev/desired-replicas': '9' },
      },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop' },
        minReplicas: 1,
        maxReplicas: 3,
      },
    });
    await stage.create(kinds.jobs, {
      metadata: { name: 'task', namespace: 'default' },
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'task', image: 'task:v1' }] } },
      },
    });
    await stage.seconds(60);
    const autoscaler = 'kube_horizontalpodautoscaler';
    expect(stage.query(`${autoscaler}_status_desired_replicas{horizontalpodautoscaler="shop"}`)).toBe(3);
    expect(stage.query(`${autoscaler}_spec_max_replicas`)).toBe(3);
    expect(stage.query(`${autoscaler}_status_condition{condition="ScalingLimited",status="true"}`)).toBe(1);
    expect(stage.query(`count(${autoscaler}_info{scaletargetref_kind="ReplicaSet"})`)).toBe(1);
    expect(stage.query('kube_job_status_succeeded{job_name="task"}')).toBe(1);
    expect(stage.query('kube_job_complete{job_name="task",condition="true"}')).toBe(1);
    expect(stage.query('count(kube_job_failed)')).toBeUndefined();
    stage.world.stop();
  });
});

describe('metrics of what containers use', () => {
  test('processor time follows the requests', async () => {
    const stage = await shopStage({ 'cpu-ms-per-request': '20' });
    await stage.seconds(240);
    const perPod = 'rate(container_cpu_usage_seconds_total{namespace="default",container!=""}[2m])';
    // 10 requests a second of 20 ms each, and what an idle container uses
    expect(stage.query(`max(${perPod})`)).toBeCloseTo(0.21, 6);
    const wanted = 'sum(kube_pod_container_resource_requests{resource="cpu"})';
    expect(stage.query(`sum(${perPod}) / ${wanted}`)).toBeCloseTo(0.42, 6);
    stage.world.stop();
  });

  test('memory is what the pod template says, also of a leak', async () => {
    const stage = await shopStage({ 'memory-mib': '100', 'memory-mib-after': '2m=400' });
    expect(stage.query('max(container_memory_working_set_bytes{container="shop"}) / 1024 / 1024')).toBe(100);
    await stage.seconds(120);
    expect(stage.query('max(container_memory_working_set_bytes{container="shop"}) / 1024 / 1024')).toBe(400);
    stage.world.stop();
  });
});
