import { decodeProtobuf } from '../../../src/sandbox/protobuf.ts';

/** Bodies as kubectl 1.33 sent them. */
const sent = {
  // kubectl create deployment x --image=a:1 --replicas=0 --port=80
  deployment:
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EqkBChsKAXgSABoAIgAqADIAOABCAFoICgNhcHASAXgSfAgAEgoKCAoDYXBwEgF4GmQKGgoAEgAaACIAKgAyADgAQgBaCAoDYXBwEgF4EkYSKAoBYRIDYToxKgAyCgoAEAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4ABoAIgA=',
  // kubectl create secret generic s --from-literal=a=b
  secret: 'azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAWESAWIaABoAIgA=',
  // kubectl create ingress i --rule=a.com/=x:80
  ingress:
    'azhzAAofChRuZXR3b3JraW5nLms4cy5pby92MRIHSW5ncmVzcxI/ChEKAWkSABoAIgAqADIAOABCABImGiQKBWEuY29tEhsKGQoXCgEvEgsiCQoBeBIECgAQUBoFRXhhY3QaAgoAGgAiAA==',
};
const decode = (base64: string) => decodeProtobuf(Buffer.from(base64, 'base64'));

test('an object is read with its lists, maps and a zero that was asked for', () => {
  expect(decode(sent.deployment)).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', labels: { app: 'x' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'x' } },
      template: { spec: { containers: [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80 }] }] } },
    },
  });
});

test('what was not set is not there, though the encoding writes its zero', () => {
  const { metadata, spec } = decode(sent.deployment) as {
    metadata: object;
    spec: { template: { spec: object } };
  };
  expect(Object.keys(metadata)).toEqual(['name', 'labels']);
  expect(Object.keys(spec.template.spec)).toEqual(['containers']);
});

test('bytes become base64', () => {
  expect(decode(sent.secret)).toMatchObject({ kind: 'Secret', data: { a: 'Yg==' } });
});

test('members of embedded structures stand where JSON has them', () => {
  expect(decode(sent.ingress)).toMatchObject({
    spec: {
      rules: [
        {
          host: 'a.com',
          http: {
            paths: [
              { path: '/', pathType: 'Exact', backend: { service: { name: 'x', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  });
});

test('a kind that is not known in this form, and what is no such body, are refused as a media type', () => {
  const unknown = Buffer.from('k8s\0\n\x15\n\x02v1\x12\x0fComponentStatus', 'latin1');
  expect(() => decodeProtobuf(unknown)).toThrow('does not read ComponentStatus as protocol buffers');
  expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow('does not read an unknown encoding');
});
