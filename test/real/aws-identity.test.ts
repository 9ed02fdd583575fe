import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { elasticLoadBalancing } from '../../src/routers/alb/elastic-load-balancing.ts';
import { type Answer, type Asked, type HttpReceiver, httpReceiver } from '../support/http-receiver.ts';
import { buildProgram, rendered } from './support/chart.ts';
import { type Container, layOutImage, podSpecOf, startContainer } from './support/container.ts';
import { eventually } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';
import { grant, tokenOf } from './support/rights.ts';

/** One of the two ways on which EKS gives a pod its identity. */
interface Way {
  readonly values: Readonly<Record<string, unknown>>;
  /** What EKS puts into the pod's environment; `aws` is where AWS answers. */
  readonly environment: (aws: string) => Readonly<Record<string, string>>;
  /** The file beside it, and the token that EKS keeps in it. */
  readonly file: string;
  readonly token: string;
  /** Under which key requests are signed in the end. */
  readonly key: string;
}

const role = 'arn:aws:iam::123456789012:role/sluice';
const ways = {
  'Pod Identity': {
    values: { 'aws.identity': 'podIdentity', 'aws.region': 'eu-west-1' },
    environment: (aws) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/secrets/pods.eks.amazonaws.com/token',
    }),
    file: 'var/run/secrets/pods.eks.amazonaws.com/token',
    token: 'of-the-pod',
    key: 'ASIAPODIDENTITY',
  },
  IRSA: {
    values: { 'aws.identity': 'irsa', 'aws.roleArn': role, 'aws.region': 'eu-west-1' },
    environment: () => ({
      AWS_ROLE_ARN: role,
      AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/eks.amazonaws.com/token',
    }),
    file: 'var/run/secrets/eks.amazonaws.com/token',
    token: 'of-the-account',
    key: 'ASIAIRSA',
  },
} as const satisfies Readonly<Record<string, Way>>;

const expiration = '2099-01-01T00:00:00Z';

/** The agent of Pod Identity, which gives credentials for the token; STS, which gives others; and whoever else is asked. */
function answer({ line, headers, body }: Asked): Answer {
  if (line === 'GET /v1/credentials') {
    if (headers.authorization !== ways['Pod Identity'].token) return { status: 401 };
    const { key } = ways['Pod Identity'];
    const credentials = { AccessKeyId: key, SecretAccessKey: 's', Token: 't', Expiration: expiration };
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(credentials) };
  }
  const form = new URLSearchParams(body);
  if (form.get('Action') === 'AssumeRoleWithWebIdentity') {
    const isOurs = form.get('WebIdentityToken') === ways.IRSA.token && form.get('RoleArn') === role;
    if (!isOurs) return { status: 403 };
    return {
      headers: { 'content-type': 'text/xml' },
      body: `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${ways.IRSA.key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    };
  }
  return { status: 400, body: '{}' };
}

/** Who has asked a service of AWS for something, as `service key`. */
function signed({ asked }: HttpReceiver): string[] {
  const headers = asked.map((each) => each.headers.authorization ?? '');
  const found = headers.map((header) => /Credential=(\w+)\/\d+\/eu-west-1\/(\w+)\//.exec(header));
  return [...new Set(found.filter((match) => match !== null).map(([, key, service]) => `${service} ${key}`))];
}

describe('the identity that EKS gives the pod of the chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-identity-'));
  let real: RealCluster;
  let aws: HttpReceiver;
  beforeAll(async () => {
    aws = await httpReceiver();
    aws.answer = answer;
    real = await startRealCluster({ controllers: false });
    await grant(real.cluster, 'config/cluster');
    buildProgram();
  });
  afterAll(async () => {
    await real?.stop();
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => void aws.asked.splice(0));

  /** The pod as it is after EKS' webhook; its own values come from the chart. */
  const startPod = (way: Way, nth: string): Promise<Container> => {
    const image = join(folder, nth);
    mkdirSync(image);
    layOutImage(image);
    mkdirSync(dirname(join(image, way.file)), { recursive: true });
    writeFileSync(join(image, way.file), way.token);
    const deployment = rendered(way.values).find(({ kind }) => kind === 'Deployment') as KubeObject;
    const { env } = podSpecOf(deployment).containers[0];
    // the name of a workspace is what requests are signed for; it is reached by way of a proxy
    const more = { ...way.environment(aws.url), AWS_ENDPOINT_URL: aws.url, HTTP_PROXY: aws.url };
    (env as object[]).push(...Object.entries(more).map(([name, value]) => ({ name, value })));
    return startContainer(image, {
      deployment,
      plane: real.plane,
      token: tokenOf(real.plane),
      namespace: 'sluice',
    });
  };

  test.each<[string, Way]>(Object.entries(ways))(
    'by %s signs what the program asks of CloudWatch and Managed Prometheus',
    async (name, way) => {
      const container = await startPod(way, name.replace(' ', ''));
      const metric = (provider: object) => ({ name: Object.keys(provider)[0], count: 1, provider });
      const run = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        metadata: { name: name.replace(' ', '').toLowerCase(), namespace: 'default' },
        spec: {
          metrics: [
            metric({
              prometheus: {
                address: 'http://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1',
                query: 'up',
                authentication: { sigv4: { region: 'eu-west-1' } },
              },
            }),
            metric({ cloudWatch: { metricDataQueries: [{ id: 'rate', expression: 'errors' }] } }),
          ],
        },
      } as KubeObject;
      try {
        await real.cluster.create(run, resources.analysisRuns);
        await eventually('both to be asked', async () => {
          if (signed(aws).length === 2) return true;
          throw new Error(
            `${signed(aws)}; ${aws.asked.map(({ line }) => line)}; ${container.logs().slice(-2000)}`,
          );
        });
        expect(signed(aws).sort()).toEqual([`aps ${way.key}`, `monitoring ${way.key}`]);
        const ofAws = aws.asked.filter(({ headers }) => headers.authorization?.startsWith('AWS4'));
        expect(new Set(ofAws.map(({ headers }) => headers['x-amz-security-token']))).toEqual(new Set(['t']));
      } finally {
        await container.stop();
      }
    },
  );

  test('by Pod Identity signs what is asked about load balancers', async () => {
    const way = ways['Pod Identity'];
    const before = { ...process.env };
    const file = join(folder, 'token');
    writeFileSync(file, way.token);
    Object.assign(process.env, way.environment(aws.url), {
      ...{ AWS_ENDPOINT_URL: aws.url, AWS_REGION: 'eu-west-1' },
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    });
    await expect(elasticLoadBalancing().loadBalancers()).rejects.toThrow();
    process.env = before;
    expect(signed(aws)).toEqual([`elasticloadbalancing ${way.key}`]);
  });
});
