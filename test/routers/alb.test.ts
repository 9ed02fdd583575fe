import type { Ingress } from '../../src/api/routes.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { ingress, problems, render, rollout, routerOf, split, testers } from './support.ts';

const prefix = 'alb.ingress.kubernetes.io';
const managed = 'rollouts.argoproj.io/managed-alb-annotations';
const albOf = (more: object, canary: object = {}): Rollout =>
  rollout('alb', { alb: { ingress: 'shop', rootService: 'root', servicePort: 443, ...more } }, canary);
const annotationsOf = (object: unknown) => (object as Ingress).metadata.annotations ?? {};
const groupsOf = (object: unknown, key = `${prefix}/actions.root`) =>
  JSON.parse(annotationsOf(object)[key] ?? 'null').ForwardConfig.TargetGroups.map(
    ({ ServiceName, Weight }: { ServiceName: string; Weight: number }) => `${ServiceName} ${Weight}`,
  );
const backends = (object: unknown) =>
  (object as Ingress).spec.rules?.map(({ http }) => http?.paths.map(({ backend }) => backend.service?.name));

describe('what the ALB router writes', () => {
  test('the action is the peer’s to the letter, so that taking over a release writes nothing', () => {
    const [rendered] = render('alb', split(30));
    expect(annotationsOf(rendered)).toEqual({
      [`${prefix}/scheme`]: 'internal',
      [`${prefix}/actions.root`]:
        '{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"443","Weight":30},{"ServiceName":"stable","ServicePort":"443","Weight":70}]}}',
      [managed]: `{"shop":["${prefix}/actions.root"]}`,
    });
  });

  test('stickiness stands behind the target groups, and only when it is enabled', () => {
    const sticky = (enabled: boolean) =>
      annotationsOf(
        render('alb', split(0), undefined, albOf({ stickinessConfig: { enabled, durationSeconds: 60 } }))[0],
      )[`${prefix}/actions.root`];
    expect(sticky(true)).toMatch(
      /\],"TargetGroupStickinessConfig":\{"Enabled":true,"DurationSeconds":60\}\}\}$/,
    );
    expect(sticky(false)).not.toContain('Stickiness');
  });

  test('without a root Service the stable one gives the key its name, and the prefix may be another', () => {
    const owner = albOf({ rootService: '', annotationPrefix: 'my.prefix' });
    const [rendered] = render('alb', split(30), [ingress('stable')], owner);
    expect(groupsOf(rendered, 'my.prefix/actions.stable')).toEqual(['canary 30', 'stable 70']);
  });

  test('characters that Go escapes are escaped', () => {
    const match = [{ headerName: 'x-ua', headerValue: { exact: '<a&b>' } }];
    const [rendered] = render('alb', split(0, { headerRoutes: [{ name: 'testers', match }] }));
    expect(annotationsOf(rendered)[`${prefix}/conditions.testers`]).toContain('\\u003ca\\u0026b\\u003e');
  });

  test('entries of other Rollouts stay in the managed annotation, in alphabetical order', () => {
    const shared = ingress('root', { [managed]: '{"zoo":["z"],"bar":[]}' });
    expect(annotationsOf(render('alb', split(0), [shared])[0])[managed]).toBe(
      `{"bar":[],"shop":["${prefix}/actions.root"],"zoo":["z"]}`,
    );
  });

  test.each(['{', '[]', '{"shop":"x"}', 'null'])('a managed annotation of %s is refused', (text) => {
    expect(() => render('alb', split(10), [ingress('root', { [managed]: text })])).toThrow(
      'must be a JSON object of lists',
    );
  });

  test('several Ingresses all show the split', () => {
    const owner = albOf({ ingress: undefined, ingresses: ['one', 'two'] });
    const rendered = render('alb', split(30), [ingress('root'), ingress('root')], owner);
    expect(rendered.map((object) => groupsOf(object))).toEqual([
      ['canary 30', 'stable 70'],
      ['canary 30', 'stable 70'],
    ]);
  });
});

describe('target groups of others in the action', () => {
  const key = `${prefix}/actions.root`;
  const arn = { targetGroupARN: 'arn:aws:tg/old', weight: 10 };
  const action = (...targetGroups: object[]) =>
    ingress('root', { [key]: JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } }) });
  const [stable, legacy] = ['stable', 'legacy'].map((serviceName) => ({
    serviceName,
    servicePort: 443,
    weight: 80,
  }));
  const written = (object: unknown): object[] =>
    JSON.parse(annotationsOf(object)[key] ?? '').ForwardConfig.TargetGroups.map(
      (group: { ServiceName?: string; Weight?: number }) =>
        group.ServiceName === undefined ? group : { [group.ServiceName]: group.Weight },
    );

  test('stay as git has them, with weights that stable gives up, through a release and the next one', () => {
    const [during] = render('alb', split(30), [action(stable as object, arn, legacy as object)]);
    expect(written(during)).toEqual([{ canary: 30 }, arn, legacy, { stable: 0 }]);
    const [other] = render('alb', split(30), [action(stable as object, arn)]);
    expect(written(other)).toEqual([{ canary: 30 }, arn, { stable: 60 }]);
    expect(render('alb', split(30), [other])[0]).toBe(other);
    expect(written(render('alb', split(0), [other])[0])).toEqual([{ canary: 0 }, arn, { stable: 90 }]);
    expect(routerOf('alb').readWeight(rollout('alb'), [other as Ingress])).toBe(30);
  });

  test.each<[string, object[], object]>([
    ['in an action without a Service of ours', [legacy as object, arn], {}],
    [
      'that served as canary before',
      [stable as object, legacy as object],
      { canary: { serviceName: 'legacy', weight: 0 } },
    ],
    [
      'that were an experiment’s',
      [stable as object, legacy as object],
      { additional: [{ serviceName: 'legacy', weight: 5 }] },
    ],
  ])('give way %s', (_, groups, weights) => {
    const all = { canary: { weight: 0 }, stable: { weight: 100 }, ...weights };
    const owner = { ...rollout('alb'), status: { canary: { weights: all } } } as Rollout;
    expect(written(render('alb', split(30), [action(...groups)], owner)[0])).toEqual([
      { canary: 30 },
      { stable: 70 },
    ]);
  });

  test('outlive the Rollout, when they are no Services', () => {
    const [during] = render('alb', split(30), [action(stable as object, arn)]);
    expect(written(routerOf('alb').release?.('shop', [during as Ingress])[0])).toEqual([arn, { stable: 90 }]);
  });
});

describe('header routes of the ALB router', () => {
  const during = () => render('alb', split(10, { headerRoutes: [testers] }));

  test('values of one header are alternatives, different headers must all match', () => {
    const match = [
      { headerName: 'x-a', headerValue: { exact: '1' } },
      { headerName: 'x-b', headerValue: { exact: '3' } },
      { headerName: 'x-a', headerValue: { exact: '2' } },
    ];
    const [rendered] = render('alb', split(0, { headerRoutes: [{ name: 'testers', match }] }));
    expect(annotationsOf(rendered)[`${prefix}/conditions.testers`]).toBe(
      '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x-a","values":["1","2"]}},{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x-b","values":["3"]}}]',
    );
  });

  test('they get an action of their own, and a path in front of each rule', () => {
    const [rendered] = during();
    expect(groupsOf(rendered, `${prefix}/actions.testers`)).toEqual(['canary 100']);
    expect(backends(rendered)).toEqual([
      ['testers', 'root'],
      ['testers', 'help'],
    ]);
    expect(JSON.parse(annotationsOf(rendered)[managed] ?? '').shop).toEqual(
      ['actions.root', 'actions.testers', 'conditions.testers'].map((key) => `${prefix}/${key}`),
    );
  });

  test('a prefix or a regular expression is refused, never read as an empty value', () => {
    const match = [{ headerName: 'x-a', headerValue: { prefix: '1' } }];
    expect(() => render('alb', split(0, { headerRoutes: [{ name: 'testers', match }] }))).toThrow(
      "ALB supports 'exact' value only",
    );
  });

  test('one that the spec does not name any more goes too', () => {
    const owner = rollout('alb', { managedRoutes: [] });
    expect(render('alb', split(10), during(), owner)).toEqual(render('alb', split(10)));
  });

  test('a managed route with the name of the root Service never takes its path away', () => {
    const owner = rollout('alb', { managedRoutes: [{ name: 'root' }] });
    expect(backends(render('alb', split(10), undefined, owner)[0])).toEqual([['root'], ['help']]);
  });
});

describe('ping and pong on an ALB', () => {
  const pair = { pingPong: { pingService: 'ping', pongService: 'pong' } };
  const inRoles = (stable: string, canary: string, weight: number) => ({
    ...split(weight),
    stable: { service: stable, podTemplateHash: 'a', weight: 100 - weight },
    canary: { service: canary, podTemplateHash: 'b', weight },
  });

  test('before the first promotion pong is stable', () => {
    const rendered = render('alb', inRoles('pong', 'ping', 10), undefined, albOf({}, pair));
    expect(groupsOf(rendered[0])).toEqual(['ping 10', 'pong 90']);
    expect(routerOf('alb').readWeight(albOf({}, pair), rendered)).toBe(10);
  });

  test('the promotion shows the new roles before the status has them', () => {
    const owner = albOf({}, pair);
    const promoted = inRoles('ping', 'pong', 0);
    const rendered = render('alb', promoted, undefined, owner);
    expect(groupsOf(rendered[0])).toEqual(['pong 0', 'ping 100']);
    expect(routerOf('alb').readWeight(owner, rendered, promoted)).toBe(0);
  });

  test('the status tells the roles where no split does', () => {
    const rendered = render('alb', inRoles('ping', 'pong', 10), undefined, albOf({}, pair));
    const owner = { ...albOf({}, pair), status: { canary: { stablePingPong: 'ping' } } };
    expect(routerOf('alb').readWeight(owner, rendered)).toBe(10);
  });
});

describe('what the ALB router refuses', () => {
  const at = 'alb.stickinessConfig.durationSeconds';
  test.each([
    [{ ingress: undefined }, 'Either Ingress or Ingresses must be configured. Neither are configured.'],
    [{ ingresses: ['b'] }, 'Either Ingress or Ingresses must be configured. Both are configured.'],
    [{ rootService: 'absent' }, 'alb.ingress: ingress `shop` has no rules using service absent backend'],
    [
      { stickinessConfig: { enabled: true, durationSeconds: 604801 } },
      `${at}: TargetGroupStickinessConfig's duration must be between 1 and 604800 seconds (7 days)!`,
    ],
  ])('%j', (more, message) => {
    expect(problems('alb', [ingress('root')], albOf(more))).toEqual([expect.stringContaining(message)]);
  });

  test('a maximum above what a target group takes', () => {
    expect(problems('alb', [ingress('root')], rollout('alb', { maxTrafficWeight: 1000 }))).toEqual([
      expect.stringContaining('a weight of at most 999'),
    ]);
  });
});

describe('an Ingress that its Rollout has no more say in', () => {
  const release = (object: unknown) => routerOf('alb').release?.('shop', [object as Ingress])[0];

  test('keeps the action that its backend needs, with everything to stable', () => {
    const [rendered] = render('alb', split(30, { headerRoutes: [testers] }));
    expect(groupsOf(release(rendered))).toEqual(['stable 100']);
    expect(Object.keys(annotationsOf(release(rendered)))).toEqual([
      `${prefix}/scheme`,
      `${prefix}/actions.root`,
    ]);
    expect((release(rendered) as Ingress).spec).toEqual(ingress('root').spec);
  });

  test('leaves the entries of other Rollouts', () => {
    const [rendered] = render('alb', split(30), [ingress('root', { [managed]: '{"zoo":["z"]}' })]);
    expect(annotationsOf(release(rendered))[managed]).toBe('{"zoo":["z"]}');
  });

  test('the same holds for the old action when the root Service changes', () => {
    const changed = render('alb', split(20), render('alb', split(30)), albOf({ rootService: 'help' }));
    expect(groupsOf(changed[0])).toEqual(['stable 100']);
    expect(groupsOf(changed[0], `${prefix}/actions.help`)).toEqual(['canary 20', 'stable 80']);
    expect(annotationsOf(changed[0])[managed]).toBe(`{"shop":["${prefix}/actions.help"]}`);
  });
});
