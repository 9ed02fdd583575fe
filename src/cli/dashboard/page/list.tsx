import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Instant } from '../../../kernel/instant.ts';
import type { RolloutInfo } from '../info-types.ts';
import { ask, follow, type PageFacts } from './connection.ts';
import { everything, type Filter, filtered, keyOf } from './filter.ts';
import { Age, Status, useNow } from './parts.tsx';
import { pathTo } from './place.ts';
import { remembered } from './remembered.ts';

interface ListChange {
  readonly type: 'Updated' | 'Deleted';
  readonly rolloutInfo: RolloutInfo;
}

const phases = ['Progressing', 'Paused', 'Healthy', 'Degraded'] as const;

/** The Rollouts of a namespace. */
export function List(props: {
  namespace: string;
  facts: PageFacts;
  onTrouble: (text: string | undefined) => void;
}) {
  const { namespace, facts, onTrouble } = props;
  const [infos, setInfos] = useState<ReadonlyMap<string, RolloutInfo>>();
  const [filter, setFilter] = useState<Filter>(everything);
  const [favourites, setFavourites] = useState(() => new Set(remembered.favourites()));
  const [isTable, setTable] = useState(() => remembered.view() === 'table');
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    setInfos(undefined);
    let isFresh = true;
    return follow<ListChange>(`${facts.base}api/v1/rollouts/${encodeURIComponent(namespace)}/info/watch`, {
      began: () => {
        isFresh = true; // what went while we did not listen is not told
        setInfos((known) => known ?? new Map());
      },
      heard: ({ type, rolloutInfo }) => {
        const startsAnew = isFresh;
        isFresh = false;
        setInfos((known) => {
          const next = new Map(startsAnew ? [] : known);
          const { name } = rolloutInfo.objectMeta;
          if (type === 'Deleted') next.delete(name);
          else next.set(name, rolloutInfo);
          return next;
        });
      },
      trouble: onTrouble,
    });
  }, [namespace]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      if (event.key !== '/') return moveFocus(event);
      event.preventDefault();
      search.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const all = useMemo(() => [...(infos?.values() ?? [])], [infos]);
  const shown = useMemo(() => filtered(all, filter, favourites), [all, filter, favourites]);
  const now = useNow(latestNow(all));
  const toggleFavourite = (info: RolloutInfo) => {
    const next = new Set(favourites);
    if (!next.delete(keyOf(info))) next.add(keyOf(info));
    remembered.setFavourites([...next]);
    setFavourites(next);
  };
  const countOf = (phase: string) => all.filter(({ status }) => status === phase).length;

  return (
    <main>
      <h1>Rollouts</h1>
      <search class="filters">
        <input
          ref={search}
          type="search"
          placeholder="Search: name, label:value, !not, &quot;exact&quot;"
          aria-label="Search rollouts by name or label"
          aria-keyshortcuts="/"
          value={filter.search}
          onInput={(event) => setFilter({ ...filter, search: event.currentTarget.value })}
        />
        <fieldset>
          <legend class="unseen">Show only</legend>
          {phases.map((phase) => (
            <Toggle
              key={phase}
              label={`${phase} ${countOf(phase)}`}
              isOn={filter.phases.includes(phase)}
              onChange={(isOn) =>
                setFilter({
                  ...filter,
                  phases: isOn ? [...filter.phases, phase] : filter.phases.filter((other) => other !== phase),
                })
              }
            />
          ))}
          <Toggle
            label={`Needs attention ${all.filter(({ sluice }) => sluice.needsAttention).length}`}
            isOn={filter.onlyNeedingAttention}
            onChange={(isOn) => setFilter({ ...filter, onlyNeedingAttention: isOn })}
          />
          <Toggle
            label="Favourites"
            isOn={filter.onlyFavourites}
            onChange={(isOn) => setFilter({ ...filter, onlyFavourites: isOn })}
          />
        </fieldset>
        <Toggle
          label="Table"
          isOn={isTable}
          onChange={(isOn) => {
            remembered.setView(isOn ? 'table' : 'cards');
            setTable(isOn);
          }}
        />
      </search>
      <p class="count" role="status">
        {countSentence(infos === undefined, shown.length, all.length, namespace)}
      </p>
      <div class={isTable ? 'rollouts table' : 'rollouts cards'}>
        {shown.map((info) => (
          <Entry
            key={info.objectMeta.name}
            info={info}
            now={now}
            facts={facts}
            isFavourite={favourites.has(keyOf(info))}
            onFavourite={() => toggleFavourite(info)}
          />
        ))}
      </div>
    </main>
  );
}

function countSentence(isWaiting: boolean, shown: number, all: number, namespace: string): string {
  if (isWaiting) return 'Reading…';
  if (all === 0) return `There are no rollouts in namespace ${namespace}.`;
  if (shown === all) return `${all} ${all === 1 ? 'rollout' : 'rollouts'}`;
  return `${shown} of ${all} rollouts`;
}

function Toggle(props: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <button
      type="button"
      class="toggle"
      aria-pressed={props.isOn}
      onClick={() => props.onChange(!props.isOn)}
    >
      {props.label}
    </button>
  );
}

interface EntryProps {
  readonly info: RolloutInfo;
  readonly now: Instant;
  readonly facts: PageFacts;
  readonly isFavourite: boolean;
  readonly onFavourite: () => void;
}

/** One Rollout: a card, or a line of the table. */
function Entry({ info, now, facts, isFavourite, onFavourite }: EntryProps) {
  const { objectMeta, sluice } = info;
  const { name, namespace = '' } = objectMeta;
  return (
    <article class="entry" data-mark={sluice.mark}>
      <h2>
        <a href={pathTo({ kind: 'rollout', namespace, name }, facts.base)}>{name}</a>
        <button
          type="button"
          class="star"
          aria-pressed={isFavourite}
          aria-label={`${name} is a favourite`}
          onClick={onFavourite}
        >
          {isFavourite ? '★' : '☆'}
        </button>
      </h2>
      <p class="state">
        <Status mark={sluice.mark} text={info.status} />
        {info.message !== '' && <span class="message"> {info.message}</span>}
      </p>
      <dl>
        <div>
          <dt>Strategy</dt>
          <dd>{info.strategy}</dd>
        </div>
        <div>
          <dt>Step</dt>
          <dd>{info.step === '' ? '-' : info.step}</dd>
        </div>
        <div>
          <dt>Weight</dt>
          <dd>{info.actualWeight === '' ? '-' : `${info.actualWeight} of ${sluice.maxWeight}`}</dd>
        </div>
        <div>
          <dt>Pods</dt>
          <dd>
            {info.available}/{info.desired}
          </dd>
        </div>
        <div>
          <dt>Age</dt>
          <dd>
            <Age since={objectMeta.creationTimestamp} now={now} />
          </dd>
        </div>
      </dl>
    </article>
  );
}

function latestNow(infos: readonly RolloutInfo[]): number | undefined {
  return infos.length === 0 ? undefined : Math.max(...infos.map(({ sluice }) => sluice.now));
}

/** Arrows go from one Rollout to the next. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const links = [...document.querySelectorAll<HTMLElement>('.entry h2 a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (at === -1) return;
  event.preventDefault();
  links[at + step]?.focus();
}

/** The list of the namespaces that have Rollouts; asked for once. */
export function useNamespaces(facts: PageFacts): { namespace: string; all: readonly string[] } | undefined {
  const [found, setFound] = useState<{ namespace: string; all: readonly string[] }>();
  useEffect(() => {
    const url = `${facts.base}api/v1/namespace`;
    ask<{ namespace: string; availableNamespaces: string[] }>(url).then(
      ({ namespace, availableNamespaces }) => setFound({ namespace, all: availableNamespaces }),
      () => setFound({ namespace: 'default', all: [] }),
    );
  }, []);
  return found;
}
