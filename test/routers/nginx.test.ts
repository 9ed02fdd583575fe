import type { Ingress } from '../../src/api/routes.ts';
import { ingress, problems, render, rollout, routerOf, split } from './support.ts';

const prefix = 'nginx.ingress.kubernetes.io';
const canaryOf = (objects: readonly unknown[]) => objects[1] as Ingress;
const stored = (object: Ingress): Ingress => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: '7' },
});

describe('the canary Ingress of the NGINX router', () => {
  test('has the rules that lead to stable, turned to the canary, with TLS and class', () => {
    const canary = canaryOf(render('nginx', split(30)));
    const { rules = [], ...spec } = canary.spec;
    expect(canary.metadata.name).toBe('shop-shop-canary');
    expect(spec).toEqual({
      ingressClassName: 'public',
      tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
    });
    expect(
      rules.map(({ host, http }) => [host, http?.paths.map(({ backend }) => backend.service?.name)]),
    ).toEqual([['shop.example.com', ['canary']]]);
  });

  test('copies the class annotation, and no other of the stable Ingress', () => {
    const stable = ingress('stable', { 'kubernetes.io/ingress.class': 'public' });
    expect(canaryOf(render('nginx', split(30), [stable, undefined])).metadata.annotations).toEqual({
      'kubernetes.io/ingress.class': 'public',
      [`${prefix}/canary`]: 'true',
      [`${prefix}/canary-weight`]: '30',
    });
  });

  test('the weight has the last word, then the canary’s annotations, then the additional ones', () => {
    const owner = rollout('nginx', {
      maxTrafficWeight: 1000,
      nginx: {
        stableIngress: 'shop',
        annotationPrefix: 'my.prefix',
        additionalIngressAnnotations: { 'canary-by-header': 'x', 'my.prefix/a': '1', 'canary-weight': '99' },
        canaryIngressAnnotations: { 'my.prefix/a': '2', other: 'o' },
      },
    });
    const rendered = render('nginx', split(5, { total: 1000 }), undefined, owner);
    expect(canaryOf(rendered).metadata.annotations).toEqual({
      'my.prefix/canary-by-header': 'x',
      'my.prefix/a': '2',
      other: 'o',
      'my.prefix/canary': 'true',
      'my.prefix/canary-weight': '5',
      'my.prefix/canary-weight-total': '1000',
    });
    expect(routerOf('nginx').readWeight(owner, rendered)).toBe(5);
  });

  test('what others have put on it stays', () => {
    const canary = canaryOf(render('nginx', split(0)));
    const { metadata } = canary;
    const touched = {
      ...canary,
      metadata: {
        ...metadata,
        labels: { team: 'shop' },
        annotations: { ...metadata.annotations, note: 'x' },
      },
    };
    expect(canaryOf(render('nginx', split(30), [ingress('stable'), touched]))).toMatchObject({
      metadata: { labels: { team: 'shop' }, annotations: { note: 'x', [`${prefix}/canary-weight`]: '30' } },
    });
  });

  test('follows the stable Ingress, which is never written', () => {
    const [stable, canary] = render('nginx', split(10)) as [Ingress, Ingress];
    const moved = { ...stable, spec: { ...stable.spec, ingressClassName: 'internal' } };
    const rendered = render('nginx', split(10), [moved, canary]);
    expect(rendered[0]).toBe(moved);
    expect(canaryOf(rendered).spec.ingressClassName).toBe('internal');
  });

  test('a name that would be too long is cut in front of its end', () => {
    const owner = rollout('nginx', { nginx: { stableIngress: 'x'.repeat(260) } });
    const name = routerOf('nginx').objects(owner)[1]?.name ?? '';
    expect(name).toHaveLength(253);
    expect(name).toMatch(/^shop-x+-canary$/);
  });

  test('the event says whether it was created or changed', () => {
    const canary = canaryOf(render('nginx', split(10)));
    const say = (object: Ingress) => routerOf('nginx').describeChange(object, split(10), rollout('nginx'));
    expect(say(canary)).toEqual({
      reason: 'CreatingCanaryIngress',
      message: 'Creating canary ingress `shop-shop-canary` with weight `10`',
    });
    expect(say(stored(canary))).toEqual({
      reason: 'PatchingCanaryIngress',
      message: "Updating Ingress `shop-shop-canary` to desiredWeight '10'",
    });
  });

  test('of somebody else is refused, and not written', () => {
    const canary = canaryOf(render('nginx', split(10)));
    const others = { ...canary, metadata: { ...canary.metadata, ownerReferences: [] } };
    const message = 'canary ingress `shop-shop-canary` controlled by different object';
    expect(problems('nginx', [ingress('stable'), others])).toEqual([`nginx.stableIngress: ${message}`]);
    expect(() => render('nginx', split(10), [ingress('stable'), others])).toThrow(message);
  });

  test('takes no more traffic when its Rollout does not name it any more', () => {
    const canary = canaryOf(render('nginx', split(10)));
    const released = routerOf('nginx').release?.('shop', [ingress('stable'), canary]) ?? [];
    expect(canaryOf(released).metadata.annotations?.[`${prefix}/canary-weight`]).toBe('0');
    expect(released[0]).toEqual(ingress('stable'));
  });
});

describe('several stable Ingresses', () => {
  const owner = rollout('nginx', { nginx: { stableIngresses: ['one', 'two'] } });
  const named = (name: string) => ({
    ...ingress('stable'),
    metadata: { ...ingress('stable').metadata, name },
  });

  test('have a canary Ingress each, and the greatest weight counts while they differ', () => {
    const rendered = render('nginx', split(10), [named('one'), undefined, named('two'), undefined], owner);
    expect(rendered.map(({ metadata }) => metadata.name)).toEqual([
      'one',
      'shop-one-canary',
      'two',
      'shop-two-canary',
    ]);
    const later = render('nginx', split(40), rendered, owner);
    expect(routerOf('nginx').readWeight(owner, [...rendered.slice(0, 2), ...later.slice(2)])).toBe(40);
  });

  test('are each named when they do not fit', () => {
    expect(problems('nginx', [named('one'), undefined, undefined, undefined], owner)).toEqual([
      'nginx.stableIngresses[1]: ingresses.networking.k8s.io "two" not found',
    ]);
    expect(problems('nginx', [ingress('other'), undefined])).toEqual([
      'nginx.stableIngress: ingress `shop` has no rules using service stable backend',
    ]);
  });
});
