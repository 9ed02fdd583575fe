import { backend, object, sandbox, shares, trafficStage } from '../support.ts';

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];
const to = (serviceName: string, weight?: number) => ({ serviceName, servicePort: 80, weight });
const match = { hosts: ['shop.example.com'], paths: ['/*'] };
const base = { name: 'shop', match, backends: [to('shop-stable', 75), to('shop-canary', 25)] };
const header = (op: string, rest: object, name = 'X-Tester') => ({
  subject: { scope: 'Header', name },
  op,
  ...rest,
});

/** The share that the canary gets when a fifth of the requests has `x-tester: yes`, and a second route leads some to it. */
function canaryShare(rule: object, backends = [to('shop-stable')]): number | undefined {
  const stage = trafficStage();
  const annotations = sandbox({ 'requests-with-header': 'x-tester: yes = 0.2' });
  const testers = { name: 'shop', match, backends: [to('shop-canary')], ...rule };
  stage.put(
    ...twoRevisions,
    object('ApisixRoute', 'shop', { spec: { http: [{ ...base, backends }] } }, { annotations }),
    object('ApisixRoute', 'testers', { spec: { http: [testers] } }, { annotations }),
  );
  return shares(stage)['new'];
}

describe('APISIX', () => {
  test.each<[string, object, Record<string, number>]>([
    ['weights', {}, { old: 0.75, new: 0.25 }],
    [
      'no weight counts 100',
      { backends: [to('shop-stable', 300), to('shop-canary')] },
      { old: 0.75, new: 0.25 },
    ],
    ['a single backend gets all, whatever its weight', { backends: [to('shop-canary', 0)] }, { new: 1 }],
    [
      'weights of 0 alone send nobody anywhere',
      { backends: [to('shop-stable', 0), to('shop-canary', 0)] },
      {},
    ],
    ['a method that nobody uses', { match: { ...match, methods: ['POST'] } }, {}],
  ])('%s', (_, rule, expected) => {
    const stage = trafficStage();
    stage.put(...twoRevisions, object('ApisixRoute', 'shop', { spec: { http: [{ ...base, ...rule }] } }));
    expect(shares(stage)).toEqual(expected);
  });

  test.each<[string, object, number | undefined]>([
    ['Equal', header('Equal', { value: 'yes' }), 0.2],
    ['Equal, to something else', header('Equal', { value: 'no' }), undefined],
    ['NotEqual, which holds without the header too', header('NotEqual', { value: 'yes' }), 0.8],
    ['In', header('In', { set: ['maybe', 'yes'] }), 0.2],
    ['NotIn', header('NotIn', { set: ['yes'] }), 0.8],
    ['RegexMatch, anywhere in the value', header('RegexMatch', { value: 'es' }), 0.2],
    ['RegexMatch, from the start', header('RegexMatch', { value: '^es' }), undefined],
    ['RegexMatchCaseInsensitive', header('RegexMatchCaseInsensitive', { value: '^YES$' }), 0.2],
    ['a header that nobody has', header('RegexMatch', { value: '.*' }, 'x-other'), undefined],
    ['a query', { subject: { scope: 'Query', name: 'x-tester' }, op: 'Equal', value: 'yes' }, undefined],
  ])('a route of higher priority leads by condition: %s', (_, expression, expected) => {
    expect(canaryShare({ priority: 1, match: { ...match, exprs: [expression] } })).toBe(expected);
  });

  test('all conditions of a rule must hold', () => {
    const exprs = [header('Equal', { value: 'yes' }), header('Equal', { value: 'qa' }, 'x-team')];
    expect(canaryShare({ priority: 1, match: { ...match, exprs } })).toBeUndefined();
  });

  test('for the same path the higher priority wins', () => {
    const exprs = [header('Equal', { value: 'yes' })];
    expect(canaryShare({ priority: -1, match: { ...match, exprs } })).toBeUndefined();
  });

  test('a rule for another host takes nothing', () => {
    expect(canaryShare({ priority: 1, match: { ...match, hosts: ['cart.example.com'] } })).toBeUndefined();
  });

  test('the longer path wins, whatever the priority', () => {
    const stage = trafficStage();
    const rules = [
      { ...base, priority: 9, backends: [to('shop-stable')] },
      { name: 'new', match: { ...match, paths: ['/new/*'] }, backends: [to('shop-canary')] },
    ];
    stage.put(...twoRevisions, object('ApisixRoute', 'shop', { spec: { http: rules } }));
    expect(shares(stage)).toEqual({ old: 0.5, new: 0.5 });
  });

  test('a route that ends gives its requests back', () => {
    const stage = trafficStage();
    const testers = {
      ...base,
      priority: 1,
      backends: [to('shop-canary')],
      match: { ...match, exprs: [header('NotEqual', {})] },
    };
    stage.put(
      ...twoRevisions,
      object('ApisixRoute', 'shop', { spec: { http: [base] } }),
      object('ApisixRoute', 'testers', { spec: { http: [testers] } }),
    );
    expect(shares(stage)).toEqual({ new: 1 });
    stage.remove('ApisixRoute', 'testers');
    expect(shares(stage)).toEqual({ old: 0.75, new: 0.25 });
  });
});
