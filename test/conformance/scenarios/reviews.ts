import { create, get, remove } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const auth = (kind: string, spec: object, version = 'authorization.k8s.io/v1') => ({
  apiVersion: version,
  kind,
  spec,
});
const path = (plural: string) => `/apis/authorization.k8s.io/v1/${plural}`;

export const reviewsScenarios: readonly Scenario[] = [
  {
    name: 'reviews',
    steps: [
      create(
        'may I',
        path('selfsubjectaccessreviews'),
        auth('SelfSubjectAccessReview', {
          resourceAttributes: { namespace: '{ns}', verb: 'delete', resource: 'pods' },
        }),
      ),
      create(
        'may I reach a path',
        path('selfsubjectaccessreviews'),
        auth('SelfSubjectAccessReview', { nonResourceAttributes: { verb: 'get', path: '/healthz' } }),
      ),
      create('may I nothing', path('selfsubjectaccessreviews'), auth('SelfSubjectAccessReview', {})),
      create(
        'may I two things',
        path('selfsubjectaccessreviews'),
        auth('SelfSubjectAccessReview', {
          resourceAttributes: { verb: 'get' },
          nonResourceAttributes: { verb: 'get' },
        }),
      ),
      {
        ...create(
          'what may I',
          path('selfsubjectrulesreviews'),
          auth('SelfSubjectRulesReview', { namespace: '{ns}' }),
        ),
        looksAt: (body) => ({
          ...(body as object),
          status: Object.keys((body as { status: object }).status).sort(),
        }),
      },
      create('what may I nowhere', path('selfsubjectrulesreviews'), auth('SelfSubjectRulesReview', {})),
      create(
        'may somebody',
        path('subjectaccessreviews'),
        auth('SubjectAccessReview', {
          user: 'admin',
          groups: ['system:masters'],
          resourceAttributes: { verb: 'get', resource: 'pods' },
        }),
      ),
      create(
        'may nobody',
        path('subjectaccessreviews'),
        auth('SubjectAccessReview', { resourceAttributes: { verb: 'get', resource: 'pods' } }),
      ),
      create(
        'may somebody here',
        `/apis/authorization.k8s.io/v1/namespaces/{ns}/localsubjectaccessreviews`,
        auth('LocalSubjectAccessReview', {
          user: 'admin',
          groups: ['system:masters'],
          resourceAttributes: { namespace: '{ns}', verb: 'get', resource: 'pods' },
        }),
      ),
      {
        ...create('who am I', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'SelfSubjectReview',
        }),
        looksAt: (body) =>
          Object.keys((body as { status: { userInfo: object } }).status.userInfo).filter(
            (name) => name === 'username' || name === 'groups',
          ),
      },
      get('reviews are not kept', path('selfsubjectaccessreviews')),
      remove('nor deleted', path('selfsubjectaccessreviews')),
    ],
  },
];
