import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { addSeconds, type Instant, instant, parseInstant, secondsBetween } from '../../../kernel/instant.ts';
import { humanDuration } from '../../../view/human-duration.ts';
import { type Mark, symbols as terminalSymbols } from '../../../view/marks.ts';
import type { ActionChoice } from './actions.ts';
import { clock, type PageFacts, put } from './connection.ts';

/** The terminal's sign for a pause is in few fonts of browsers. */
const symbols: Readonly<Record<Mark, string>> = { ...terminalSymbols, paused: '‖' };

/** A status: symbol, word and colour, so that no one of them is needed. */
export function Status({ mark, text }: { mark: Mark; text: string }) {
  return (
    <span class={`status ${mark}`}>
      <span aria-hidden="true">{symbols[mark]}</span> {text}
    </span>
  );
}

/** Ticks once a second. The clock of the cluster may differ from ours: `since` tells how far it was when we last heard. */
export function useNow(heardNow: number | undefined): Instant {
  const [, tick] = useState(0);
  const offset = useRef(0);
  const last = useRef<number | undefined>(undefined);
  if (heardNow !== undefined && heardNow !== last.current) {
    last.current = heardNow;
    offset.current = heardNow - clock.now();
  }
  useEffect(() => {
    let cancel = () => {};
    const again = () => {
      tick((count) => count + 1);
      cancel = clock.schedule(addSeconds(clock.now(), 1), again);
    };
    cancel = clock.schedule(addSeconds(clock.now(), 1), again);
    return () => cancel();
  }, []);
  return instant(clock.now() + offset.current);
}

export function Age({ since, now }: { since: string | undefined; now: Instant }) {
  const at = parseInstant(since);
  if (at === undefined) return <span class="age">-</span>;
  return (
    <time class="age" dateTime={since} title={since}>
      {humanDuration(secondsBetween(at, now))}
    </time>
  );
}

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = title.toLowerCase().replaceAll(/\W+/g, '-');
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A dialog of the browser's own: it keeps the focus inside, and Escape closes it. */
export function Dialog(props: { label: string; onClose: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} aria-label={props.label} onClose={props.onClose}>
      {props.children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly action: ActionChoice;
  /** Of the Rollout's actions in the API, with a slash at the end. */
  readonly path: string;
  readonly facts: PageFacts;
  readonly onDone: (message: string | undefined) => void;
}

/** Asks, does it, and says what came of it. */
export function Confirm({ action, path, facts, onDone }: ConfirmProps) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      await put(path + action.path, facts.token, action.body);
      onDone(`${action.label}: done.`);
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog label={action.question} onClose={() => onDone(undefined)}>
      <h2>{action.question}</h2>
      <p>{action.effect}</p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={() => onDone(undefined)}>
          Cancel
        </button>
        <button
          type="button"
          class={action.isDangerous ? 'danger' : 'primary'}
          disabled={isBusy}
          onClick={act}
        >
          {action.label}
        </button>
      </div>
    </Dialog>
  );
}
