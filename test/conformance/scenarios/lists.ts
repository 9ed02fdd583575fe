import { configMap, core, create, get, remove, widget, widgets } from '../requests.ts';
import type { Scenario } from '../scenario.ts';
import { widgetDefinition } from '../widget-definition.ts';

export const listsScenarios: readonly Scenario[] = [
  {
    name: 'lists',
    definitions: [widgetDefinition],
    steps: [
      create('one', core('configmaps'), configMap('a', {}, { labels: { app: 'x', tier: 'one' } })),
      create('two', core('configmaps'), configMap('b', {}, { labels: { app: 'x', tier: 'two' } })),
      create('three', core('configmaps'), configMap('c', {}, { labels: { app: 'y' } })),
      get('all', core('configmaps')),
      get('by label', core('configmaps'), { labelSelector: 'app=x,tier!=two' }),
      get('by set', core('configmaps'), { labelSelector: 'tier in (one, two)' }),
      get('by its absence', core('configmaps'), { labelSelector: '!tier' }),
      get('by nonsense', core('configmaps'), { labelSelector: 'a in b' }),
      get('by name', core('configmaps'), { fieldSelector: 'metadata.name=b' }),
      get('by not the name', core('configmaps'), { fieldSelector: 'metadata.name!=b' }),
      get('by an unknown field', core('configmaps'), { fieldSelector: 'data.a=b' }),
      get('the first two', core('configmaps'), { limit: '2' }),
      get('at an unknown version', core('configmaps'), { resourceVersion: 'x' }),
      get('a match without a version', core('configmaps'), { resourceVersionMatch: 'Exact' }),
      get('an unknown match', core('configmaps'), { resourceVersion: '1', resourceVersionMatch: 'Roughly' }),
      get('exactly nothing', core('configmaps'), { resourceVersion: '0', resourceVersionMatch: 'Exact' }),
      get('a wrong token', core('configmaps'), { limit: '1', continue: 'x' }),
      get(
        'as a table',
        core('configmaps'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      ),
      get(
        'as metadata',
        core('configmaps'),
        {},
        { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json' },
      ),
      { ...remove('delete by label', core('configmaps')), query: { labelSelector: 'app=x' } },
      get('what is left', core('configmaps')),
      get('pods by phase', core('pods'), { fieldSelector: 'status.phase=Running,spec.nodeName!=x' }),
      get('events by object', core('events'), {
        fieldSelector: 'involvedObject.kind=Pod,involvedObject.name=x,type!=Warning',
      }),
      get('custom ones by an unknown field', widgets(), { fieldSelector: 'spec.size=small' }),
      create('a widget', widgets(), widget('w', { parts: [{ name: 'a' }, { name: 'b' }] })),
      get(
        'custom ones as a table',
        widgets(),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      ),
    ],
  },
];
