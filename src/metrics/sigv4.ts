import { createHash, createHmac } from 'node:crypto';
import { formatInstant, type Instant } from '../kernel/instant.ts';
import { type AwsCredentials, awsCredentials, type ReadAwsCredentials } from './aws-credentials.ts';

/** `authentication.sigv4` of a Prometheus metric. */
export interface SigV4 {
  readonly region?: string;
  /** A profile of the shared configuration files; it may name a role to take on. */
  readonly profile?: string;
  /** A role to take on with the other credentials. */
  readonly roleArn?: string;
}

export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Signed = Record<string, string>;

const throughSdk = awsCredentials();

/** How to sign for Amazon Managed Prometheus; undefined for any other server, as the peer has it. */
export function signerOf(
  sigv4: SigV4 | undefined,
  url: URL,
  readCredentials: ReadAwsCredentials = throughSdk,
): ((request: SignableRequest, at: Instant) => Promise<Signed>) | undefined {
  const { region = '', profile = '', roleArn = '' } = sigv4 ?? {};
  if (!url.host.includes('aps-workspaces') || `${region}${profile}${roleArn}` === '') return undefined;
  const signedFor = region === '' ? (/aps-workspaces\.([^.]+)\./.exec(url.host)?.[1] ?? '') : region;
  return async (request, at) => {
    const credentials = await readCredentials({
      region: signedFor,
      ...(profile !== '' && { profile }),
      ...(roleArn !== '' && { roleArn }),
    });
    return sign(request, { credentials, region: signedFor, service: 'aps', at });
  };
}

export interface SigningContext {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  readonly at: Instant;
}

/** AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function sign(request: SignableRequest, { credentials, region, service, at }: SigningContext): Signed {
  const date = formatInstant(at).replace(/[-:]/g, '');
  const headers: Signed = {
    ...request.headers,
    'x-amz-date': date,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const covered = Object.entries({ ...headers, host: request.url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .filter(([name]) => name !== 'authorization')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = covered.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url),
    ...covered.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    hash(request.body ?? ''),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  const key = [date.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function canonicalPath(url: URL): string {
  return url.pathname.split('/').map(escaped).join('/');
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&');
}

/** All but letters, digits and `-_.~` in percent form. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
