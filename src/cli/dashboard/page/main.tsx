import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PageFacts } from './connection.ts';
import { Detail } from './detail.tsx';
import { List, useNamespaces } from './list.tsx';
import { Dialog } from './parts.tsx';
import { type Place, pathTo, placeOf } from './place.ts';
import './style.css';

function Page({ facts }: { facts: PageFacts }) {
  const [place, go] = usePlace(facts.base);
  const [trouble, setTrouble] = useState<string>();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const namespaces = useNamespaces(facts);
  const namespace = place.namespace ?? namespaces?.namespace;
  useEffect(() => {
    document.title = place.kind === 'rollout' ? `${place.name} · Sluice` : 'Sluice';
    setTrouble(undefined);
  }, [place]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'H' && !(event.target instanceof HTMLInputElement)) setHelpOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <nav aria-label="Main">
        <a class="home" href={pathTo({ kind: 'list', namespace: place.namespace }, facts.base)}>
          <img src={`${facts.base}icon.svg`} alt="" width="24" height="24" /> Sluice
        </a>
        <label>
          Namespace{' '}
          <select
            value={namespace}
            onChange={(event) => go({ kind: 'list', namespace: event.currentTarget.value })}
          >
            {[...new Set([...(namespace === undefined ? [] : [namespace]), ...(namespaces?.all ?? [])])]
              .sort()
              .map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
          </select>
        </label>
        {facts.isReadOnly && <span class="badge">read only</span>}
        <button type="button" class="help" onClick={() => setHelpOpen(true)} aria-keyshortcuts="Shift+H">
          Keys
        </button>
      </nav>
      {trouble !== undefined && (
        <p class="problem" role="alert">
          {trouble}
        </p>
      )}
      {namespace !== undefined &&
        (place.kind === 'rollout' ? (
          <Detail
            key={`${place.namespace}/${place.name}`}
            namespace={place.namespace}
            name={place.name}
            facts={facts}
            onTrouble={setTrouble}
          />
        ) : (
          <List key={namespace} namespace={namespace} facts={facts} onTrouble={setTrouble} />
        ))}
      {isHelpOpen && <Keys onClose={() => setHelpOpen(false)} />}
    </>
  );
}

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keys" onClose={onClose}>
      <h2>Keys</h2>
      <dl class="facts">
        <div class="fact">
          <dt>/</dt>
          <dd>search</dd>
        </div>
        <div class="fact">
          <dt>arrows</dt>
          <dd>from one rollout to the next</dd>
        </div>
        <div class="fact">
          <dt>Escape</dt>
          <dd>close a question</dd>
        </div>
        <div class="fact">
          <dt>Shift+H</dt>
          <dd>this</dd>
        </div>
      </dl>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** The address is the state: back, forward, bookmarks and new tabs work. */
function usePlace(base: string): readonly [Place, (place: Place) => void] {
  const [place, setPlace] = useState(() => placeOf(location.pathname, base));
  useEffect(() => {
    const onPop = () => setPlace(placeOf(location.pathname, base));
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.('a');
      const isPlain =
        !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) && event.button === 0;
      if (link === null || link === undefined || !isPlain || link.origin !== location.origin) return;
      event.preventDefault();
      history.pushState(null, '', link.href);
      onPop();
      scrollTo(0, 0);
    };
    addEventListener('popstate', onPop);
    document.addEventListener('click', onClick);
    return () => {
      removeEventListener('popstate', onPop);
      document.removeEventListener('click', onClick);
    };
  }, []);
  const go = (next: Place) => {
    history.pushState(null, '', pathTo(next, base));
    setPlace(next);
  };
  return [place, go];
}

const root = document.getElementById('page');
if (root !== null) {
  const { base = '/', token = '', readOnly } = root.dataset;
  render(<Page facts={{ base, token, isReadOnly: readOnly === 'true' }} />, root);
}
