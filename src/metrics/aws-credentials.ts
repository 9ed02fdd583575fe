import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Whose credentials. All absent: those of the surroundings (IRSA, Pod Identity, instance, environment). */
export interface AwsIdentity {
  readonly region: string;
  /** A profile of the shared configuration files; it may name a role to take on. */
  readonly profile?: string;
  /** A role to take on with the others' credentials. */
  readonly roleArn?: string;
}

export type ReadAwsCredentials = (identity: AwsIdentity) => Promise<AwsCredentials>;

/** How a role that we have taken on is called in the account's logs. */
const sessionName = 'sluice-analysis';

/** More identities than any cluster's templates name; beyond, they are got anew. */
const mostIdentities = 100;

/** The role's service is not waited for without end. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** The vendor's default chain. One client for each identity keeps what it has got until it expires. */
export function awsCredentials(): ReadAwsCredentials {
  const clients = new Map<string, Promise<CloudWatchClient>>();
  return async (identity) => {
    const key = JSON.stringify([identity.region, identity.profile, identity.roleArn]);
    const client = clients.get(key) ?? clientOf(identity);
    if (clients.size >= mostIdentities) clients.clear();
    clients.set(key, client);
    return (await client).config.credentials();
  };
}

async function clientOf({ region, profile, roleArn }: AwsIdentity): Promise<CloudWatchClient> {
  const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
  const base = { region, ...(profile !== undefined && { profile }) };
  if (roleArn === undefined) return new CloudWatchClient(base);
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const own = new CloudWatchClient(base);
  const credentials = fromTemporaryCredentials({
    masterCredentials: () => own.config.credentials(),
    params: { RoleArn: roleArn, RoleSessionName: sessionName },
    clientConfig: { region, requestHandler },
  });
  return new CloudWatchClient({ region, credentials });
}
