import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Instant } from '../../../kernel/instant.ts';
import type {
  AnalysisRunInfo,
  ContainerInfo,
  ExperimentInfo,
  ReplicaSetInfo,
  RolloutInfo,
} from '../info-types.ts';
import { type ActionChoice, actionsOf, imageChange, undoTo } from './actions.ts';
import { Chart } from './chart.tsx';
import { follow, type PageFacts } from './connection.ts';
import { Age, Confirm, Section, Status, useNow } from './parts.tsx';

interface DetailProps {
  readonly namespace: string;
  readonly name: string;
  readonly facts: PageFacts;
  readonly onTrouble: (text: string | undefined) => void;
}

/** Everything about one Rollout. */
export function Detail({ namespace, name, facts, onTrouble }: DetailProps) {
  const [info, setInfo] = useState<RolloutInfo>();
  const [asked, setAsked] = useState<ActionChoice>();
  const [news, setNews] = useState('');
  const path = `${facts.base}api/v1/rollouts/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/`;
  useEffect(() => {
    setInfo(undefined);
    return follow<RolloutInfo>(`${path}info/watch`, { heard: setInfo, trouble: onTrouble });
  }, [path]);
  const now = useNow(info?.sluice.now);
  if (info === undefined) {
    return (
      <main>
        <h1>{name}</h1>
        <p role="status">Reading…</p>
      </main>
    );
  }
  const { sluice } = info;
  const ask = facts.isReadOnly ? undefined : setAsked;
  return (
    <main>
      <header class="title">
        <h1>{name}</h1>
        <p class="state" role="status">
          <Status mark={sluice.mark} text={info.status} />
          {info.message !== '' && <span class="message"> {info.message}</span>}
        </p>
        {ask !== undefined && (
          <div class="buttons">
            {actionsOf(info).map((action) => (
              <button
                type="button"
                key={action.key}
                class={action.isDangerous ? 'danger' : ''}
                disabled={!action.isPossible}
                onClick={() => ask(action)}
              >
                {action.label}
              </button>
            ))}
          </div>
        )}
        <p class="news" role="status">
          {news}
        </p>
      </header>
      <Section title="Why it is where it is">
        {(sluice.explanation ?? []).map((sentence) => (
          <p key={sentence} class="sentence">
            {sentence}
          </p>
        ))}
      </Section>
      <div class="columns">
        <Summary info={info} now={now} />
        <Steps info={info} />
        <Section title="Containers">
          {[...info.initContainers, ...info.containers].map((container) => (
            <ContainerImage key={container.name} rollout={name} container={container} onChange={ask} />
          ))}
        </Section>
      </div>
      <Runs title="Analysis" runs={info.analysisRuns} now={now} />
      <Experiments experiments={info.experiments} now={now} />
      <Revisions info={info} now={now} onUndo={ask} />
      {sluice.history !== undefined && sluice.history.length > 0 && (
        <Section title="What it did">
          <ol class="history">
            {sluice.history.toReversed().map(({ at, text }, index) => (
              <li key={`${at} ${text} ${index}`}>
                <Age since={at === undefined ? undefined : new Date(at).toISOString()} now={now} /> {text}
              </li>
            ))}
          </ol>
        </Section>
      )}
      {asked !== undefined && (
        <Confirm
          action={asked}
          path={path}
          facts={facts}
          onDone={(message) => {
            setAsked(undefined);
            if (message !== undefined) setNews(message);
          }}
        />
      )}
    </main>
  );
}

function Summary({ info, now }: { info: RolloutInfo; now: Instant }) {
  const { sluice } = info;
  return (
    <Section title="Summary">
      {info.actualWeight !== '' && (
        <div class="weights">
          <Weight label="weight now" value={Number(info.actualWeight)} max={sluice.maxWeight} />
          <Weight label="weight wanted" value={Number(info.setWeight)} max={sluice.maxWeight} />
        </div>
      )}
      <dl class="facts">
        <Fact label="Strategy">{info.strategy}</Fact>
        <Fact label="Pods">
          {info.available} available of {info.desired} asked for, {info.updated} of the newest revision,{' '}
          {info.current} in all
        </Fact>
        <Fact label="Restarted">
          {info.restartedAt === 'Never' ? 'never' : <Age since={info.restartedAt} now={now} />}
        </Fact>
        <Fact label="Age">
          <Age since={info.objectMeta.creationTimestamp} now={now} />
        </Fact>
      </dl>
    </Section>
  );
}

function Weight({ label, value, max }: { label: string; value: number; max: number }) {
  return (
    <label class="weight">
      <span>
        {label}: <strong>{value}</strong> of {max}
      </span>
      <progress value={value} max={max} />
    </label>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const stepWords = { done: 'done', current: 'now', next: '' } as const;

function Steps({ info }: { info: RolloutInfo }) {
  const { steps } = info.sluice;
  if (steps.length === 0) return null;
  return (
    <Section title="Steps">
      <ol class="steps">
        {steps.map(({ title, state }, index) => (
          <li key={`${index} ${title}`} class={state} aria-current={state === 'current' ? 'step' : undefined}>
            <span>{title}</span> <small>{stepWords[state]}</small>
          </li>
        ))}
      </ol>
    </Section>
  );
}

interface ContainerImageProps {
  readonly rollout: string;
  readonly container: ContainerInfo;
  /** Absent: it is only shown. */
  readonly onChange: ((action: ActionChoice) => void) | undefined;
}

function ContainerImage({ rollout, container, onChange }: ContainerImageProps) {
  const [draft, setDraft] = useState<string>();
  const image = draft ?? container.image;
  const change =
    draft === undefined || draft === container.image
      ? undefined
      : imageChange(rollout, container.name, draft.trim());
  if (onChange === undefined) {
    return (
      <p>
        <strong>{container.name}</strong> <code>{container.image}</code>
      </p>
    );
  }
  return (
    <form
      class="image"
      onSubmit={(event) => {
        event.preventDefault();
        if (change === undefined) return;
        onChange(change);
        setDraft(undefined);
      }}
    >
      <label>
        {container.name}
        <input
          type="text"
          spellcheck={false}
          autocomplete="off"
          value={image}
          aria-invalid={draft !== undefined && draft !== container.image && change === undefined}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={change === undefined}>
        Set image
      </button>
    </form>
  );
}

function Runs({ title, runs, now }: { title: string; runs: readonly AnalysisRunInfo[]; now: Instant }) {
  if (runs.length === 0) return null;
  return (
    <Section title={title}>
      {runs.toReversed().map((run) => (
        <Run key={run.objectMeta.name} run={run} now={now} />
      ))}
    </Section>
  );
}

function Run({ run, now }: { run: AnalysisRunInfo; now: Instant }) {
  return (
    <details class="run" open={run.mark !== 'healthy'}>
      <summary>
        <Status mark={run.mark} text={run.status} /> <strong>{run.objectMeta.name}</strong>{' '}
        {run.purpose !== undefined && <span class="badge">{run.purpose}</span>}
        <span class="badge">revision {run.revision}</span>{' '}
        <Age since={run.objectMeta.creationTimestamp} now={now} />
      </summary>
      {run.message !== '' && <p class="message">{run.message}</p>}
      <div class="charts">
        {run.charts.map((chart) => (
          <Chart key={chart.name} chart={chart} />
        ))}
      </div>
    </details>
  );
}

function Experiments({ experiments, now }: { experiments: readonly ExperimentInfo[]; now: Instant }) {
  if (experiments.length === 0) return null;
  return (
    <Section title="Experiments">
      {experiments.toReversed().map((experiment) => (
        <details key={experiment.objectMeta.name} class="run" open={experiment.mark === 'progressing'}>
          <summary>
            <Status mark={experiment.mark} text={experiment.status} />{' '}
            <strong>{experiment.objectMeta.name}</strong>{' '}
            <span class="badge">revision {experiment.revision}</span>
          </summary>
          {experiment.message !== '' && <p class="message">{experiment.message}</p>}
          {experiment.replicaSets.map((each) => (
            <Pods key={each.objectMeta.name} replicaSet={each} now={now} />
          ))}
          {experiment.analysisRuns.map((run) => (
            <Run key={run.objectMeta.name} run={run} now={now} />
          ))}
        </details>
      ))}
    </Section>
  );
}

interface RevisionsProps {
  readonly info: RolloutInfo;
  readonly now: Instant;
  readonly onUndo: ((action: ActionChoice) => void) | undefined;
}

function Revisions({ info, now, onUndo }: RevisionsProps) {
  const { name } = info.objectMeta;
  const newest = info.replicaSets[0]?.revision;
  return (
    <Section title="Revisions">
      {info.replicaSets.map((replicaSet) => (
        <article key={replicaSet.objectMeta.name} class="revision">
          <header>
            <h3>Revision {replicaSet.revision}</h3>
            {replicaSet.revision !== newest && onUndo !== undefined && (
              <button type="button" onClick={() => onUndo(undoTo(name, replicaSet.revision))}>
                Roll back to it
              </button>
            )}
          </header>
          <Pods replicaSet={replicaSet} now={now} />
        </article>
      ))}
    </Section>
  );
}

const roles = ['stable', 'canary', 'active', 'preview', 'ping', 'pong'] as const;

function Pods({ replicaSet, now }: { replicaSet: ReplicaSetInfo; now: Instant }) {
  const { objectMeta, pods, images, template } = replicaSet;
  return (
    <div class="replica-set">
      <p>
        <Status mark={replicaSet.mark} text={replicaSet.status} /> <span class="name">{objectMeta.name}</span>{' '}
        {roles
          .filter((role) => replicaSet[role])
          .map((role) => (
            <span key={role} class={`badge ${role}`}>
              {role}
            </span>
          ))}
        {template !== '' && <span class="badge">{template}</span>}
        <span class="count">
          {replicaSet.available}/{replicaSet.replicas} available
        </span>
      </p>
      <p class="images">
        {images.map((image) => (
          <code key={image}>{image}</code>
        ))}
      </p>
      {pods.length > 0 && (
        <ul class="pods">
          {pods.map((pod) => (
            <li key={pod.objectMeta.name}>
              <Status mark={pod.mark} text={pod.status} /> <span class="name">{pod.objectMeta.name}</span>{' '}
              <small>
                ready {pod.ready}
                {pod.restarts > 0 && `, ${pod.restarts} restarts`},{' '}
                <Age since={pod.objectMeta.creationTimestamp} now={now} />
              </small>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
