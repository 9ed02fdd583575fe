import { createServer, type Server } from 'node:http';
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fetch } from 'undici';
import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { elasticLoadBalancing } from '../../src/routers/alb/elastic-load-balancing.ts';
import { judgeTargets } from '../../src/routers/alb/judge-targets.ts';
import { judgeWeights, type WantedWeights } from '../../src/routers/alb/judge-weights.ts';
import { loadBalancerReader } from '../../src/routers/alb/load-balancer-reader.ts';
import type { SharedReadings } from '../../src/routers/alb/shared-readings.ts';
import { type VirtualClock, virtualClock } from '../../src/sim/virtual-clock.ts';
import { type Moto, startMoto } from './support/moto.ts';
import { eventually } from './support/processes.ts';

/** In front of the emulator: counts the calls by name, and throttles them when told to. */
interface Gate {
  readonly origin: string;
  readonly calls: string[];
  isThrottling: boolean;
  close(): void;
}

const throttled =
  '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>';

async function openGate(behind: string): Promise<Gate> {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    gate.calls.push(new URLSearchParams(body).get('Action') ?? '');
    const headers = { 'content-type': 'text/xml' };
    if (gate.isThrottling) return response.writeHead(400, headers).end(throttled);
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const answer = await fetch(behind, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body,
    });
    return response.writeHead(answer.status, headers).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate: Gate = {
    origin: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    calls: [],
    isThrottling: false,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return gate;
}

/** A call of EC2 that the emulator needs before it takes a load balancer; the answer's first element of that name. */
async function ec2(url: string, action: string, more: Record<string, string>, element: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization:
        'AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: new URLSearchParams({ Action: action, Version: '2016-11-15', ...more }).toString(),
  });
  const text = await response.text();
  const found = new RegExp(`<${element}>([^<]+)</${element}>`).exec(text)?.[1];
  if (found === undefined) throw new Error(`${action}: ${text}`);
  return found;
}

/** What the reader says to all of so many, once it has something to say. */
async function readBy<T>(
  readings: SharedReadings<T>,
  name: string,
  { clock, readers = 1 }: { readonly clock: VirtualClock; readonly readers?: number },
): Promise<T | { readonly error: string }> {
  const since = clock.now();
  const heard = new Set<string>();
  for (let nth = 0; nth < readers; nth += 1) {
    const id = `rollout-${nth}`;
    readings.read(name, { id, since, heard: () => heard.add(id) });
  }
  await eventually('everybody to be told', async () => {
    await clock.advanceBy(0.2);
    return heard.size === readers;
  });
  const says = readings.read(name, { id: 'last', since, heard: () => {} })?.says;
  if (says === undefined) throw new Error('nothing was read');
  return says;
}

/** The test shares one load balancer, whose rules each test sets. */
describe('ALB weights over the vendor’s SDK', () => {
  let moto: Moto;
  let gate: Gate;
  let client: ElasticLoadBalancingV2Client;
  let groups: { canary: string; stable: string };
  let rule: string;
  let dnsName: string;

  const forward = (canary: number): Action => ({
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: groups.canary, Weight: canary },
        { TargetGroupArn: groups.stable, Weight: 100 - canary },
      ],
    },
  });
  const wanted = (weight: number): WantedWeights => ({
    namespace: 'web',
    ingress: 'shop',
    servicePort: 443,
    tagKey: 'ingress.k8s.aws/resource',
    canary: { service: 'canary', weight },
    stable: { service: 'stable', weight: 100 - weight },
    additional: [],
  });

  beforeAll(async () => {
    moto = await startMoto();
    gate = await openGate(moto.url);
    client = new ElasticLoadBalancingV2Client({ endpoint: moto.url });
    const vpc = await ec2(moto.url, 'CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpcId');
    const subnetIn = (zone: string, CidrBlock: string) =>
      ec2(
        moto.url,
        'CreateSubnet',
        { VpcId: vpc, CidrBlock, AvailabilityZone: `eu-west-1${zone}` },
        'subnetId',
      );
    const Subnets = [await subnetIn('a', '10.0.1.0/24'), await subnetIn('b', '10.0.2.0/24')];
    const made = await client.send(new CreateLoadBalancerCommand({ Name: 'shop', Subnets }));
    const { LoadBalancerArn, DNSName = '' } = made.LoadBalancers?.[0] ?? {};
    dnsName = DNSName;
    const groupOf = async (service: string) => {
      const Tags = [{ Key: 'ingress.k8s.aws/resource', Value: `web/shop-${service}:443` }];
      const { TargetGroups } = await client.send(
        new CreateTargetGroupCommand({
          Name: `k8s-${service}`,
          Protocol: 'HTTP',
          Port: 80,
          VpcId: vpc,
          TargetType: 'ip',
          Tags,
        }),
      );
      return TargetGroups?.[0]?.TargetGroupArn ?? '';
    };
    groups = { canary: await groupOf('canary'), stable: await groupOf('stable') };
    const listening = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [forward(30)],
      }),
    );
    const ruled = await client.send(
      new CreateRuleCommand({
        ListenerArn: listening.Listeners?.[0]?.ListenerArn,
        Priority: 1,
        Conditions: [{ Field: 'path-pattern', Values: ['/shop*'] }],
        Actions: [forward(20)],
      }),
    );
    rule = ruled.Rules?.[0]?.RuleArn ?? '';
    process.env['AWS_ENDPOINT_URL'] = gate.origin;
  });
  afterAll(async () => {
    client?.destroy();
    gate?.close();
    await moto?.stop();
  });

  function scene() {
    const clock = virtualClock(instant(0));
    const reader = loadBalancerReader(elasticLoadBalancing(), { clock, random: random(1) });
    gate.calls.length = 0;
    return { clock, reader };
  }

  const described = ({ clock, reader }: ReturnType<typeof scene>, readers = 1) =>
    readBy(reader.balancers, dnsName, { clock, readers });

  test('are in effect when the default rule and every other one say so', async () => {
    const { clock, reader } = scene();
    const before = await described({ clock, reader });
    if (!('found' in before) || before.found === undefined) throw new Error(JSON.stringify(before));
    expect(judgeWeights(wanted(30), before.found)).toMatchObject({
      verified: false,
      news: [{ reason: 'TargetGroupUnverified', message: expect.stringContaining('(current: 20)') }],
    });
    await client.send(new ModifyRuleCommand({ RuleArn: rule, Actions: [forward(30)] }));
    await clock.advanceBy(10);
    const after = await described({ clock, reader });
    if (!('found' in after) || after.found === undefined) throw new Error(JSON.stringify(after));
    expect(judgeWeights(wanted(30), after.found)).toMatchObject({ verified: true });
  });

  test('cost no more calls for a hundred than for one', async () => {
    await described(scene());
    const forOne = [...gate.calls];
    await described(scene(), 100);
    expect(gate.calls).toEqual(forOne);
    expect(forOne).toHaveLength(5);
  });

  test('are not in effect yet while AWS throttles, and are read when it does no more', async () => {
    const { clock, reader } = scene();
    gate.isThrottling = true;
    expect(await described({ clock, reader })).toEqual({ error: 'Rate exceeded' });
    expect(gate.calls).toEqual(['DescribeLoadBalancers']);
    gate.isThrottling = false;
    await clock.advanceBy(10);
    expect(await described({ clock, reader })).toMatchObject({ found: { name: 'shop' } });
  });

  test('and pods are registered when every endpoint is a healthy target', async () => {
    const { clock, reader } = scene();
    const arn = groups.canary;
    const Targets = ['10.0.1.4', '10.0.1.5'].map((Id) => ({ Id, Port: 8080 }));
    const wantedPods = { arn, endpoints: Targets.map(({ Id, Port }) => `${Id}:${Port}`) };
    const judged = async () =>
      judgeTargets('canary', wantedPods, await readBy(reader.targets, arn, { clock, readers: 100 }));
    await client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: Targets.slice(0, 1) }));
    expect(await judged()).toMatchObject({
      verified: false,
      news: { message: `Service canary (TargetGroup ${arn}) not verified: 1/2 endpoints registered` },
    });
    expect(gate.calls).toEqual(['DescribeTargetHealth']);

    gate.isThrottling = true;
    await clock.advanceBy(10);
    expect(await judged()).toMatchObject({
      verified: false,
      news: { reason: 'TargetGroupVerifyError', message: expect.stringContaining('Rate exceeded') },
    });
    gate.isThrottling = false;
    await client.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets }));
    await clock.advanceBy(10);
    expect(await judged()).toMatchObject({ verified: true });

    await client.send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: Targets.slice(1) }));
    await clock.advanceBy(10);
    expect(await judged()).toMatchObject({ verified: false });
    expect(gate.calls).toHaveLength(4);
  });
});
