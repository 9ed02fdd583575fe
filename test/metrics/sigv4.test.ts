import { type Instant, parseInstant } from '../../src/kernel/instant.ts';
import type { AwsIdentity } from '../../src/metrics/aws-credentials.ts';
import { sign, signerOf } from '../../src/metrics/sigv4.ts';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const at = parseInstant('2015-08-30T12:36:00Z') as Instant;
const context = { credentials, region: 'us-east-1', service: 'service', at };

describe('signatures, on the vendor’s published examples', () => {
  test.each([
    [
      'GET',
      'https://example.amazonaws.com/',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'GET',
      'https://example.amazonaws.com/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'POST',
      'https://example.amazonaws.com/',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
  ])('%s %s', (method, url, signature) => {
    const { authorization } = sign({ method, url: new URL(url), headers: {} }, context);
    expect(authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });
});

describe('who is signed for', () => {
  const managed = new URL('https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/query');
  const asked: AwsIdentity[] = [];
  const read = async (identity: AwsIdentity) => {
    asked.push(identity);
    return { ...credentials, sessionToken: 'token' };
  };

  test('the managed service only, and only when it is asked for', () => {
    expect(signerOf({ region: 'eu-west-1' }, new URL('http://prometheus:9090'))).toBeUndefined();
    expect(signerOf({}, managed)).toBeUndefined();
  });

  test('the region of the address stands in for one that is not given', async () => {
    const headers = await signerOf(
      { profile: 'metrics' },
      managed,
      read,
    )?.({ method: 'POST', url: managed, headers: { 'content-type': 'x' }, body: 'query=up' }, at);
    expect(asked).toEqual([{ region: 'eu-west-1', profile: 'metrics' }]);
    expect(headers?.['x-amz-security-token']).toBe('token');
    expect(headers?.authorization).toContain(
      'SignedHeaders=content-type;host;x-amz-date;x-amz-security-token',
    );
  });

  test('a role is taken on', async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/metrics';
    const sign = signerOf({ region: 'us-east-1', roleArn }, managed, read);
    await sign?.({ method: 'GET', url: managed, headers: {} }, at);
    expect(asked.at(-1)).toEqual({ region: 'us-east-1', roleArn });
  });
});
