import type { Clock } from '../../kernel/clock.ts';
import type { Instant } from '../../kernel/instant.ts';

/** What one Rollout asks, from its first time on. */
export interface Question {
  readonly text: string;
  /** Readings that were begun earlier do not answer it. */
  readonly since: Instant;
  /** What was told as events, by what it is about. */
  readonly told: Map<string, string>;
}

/** Who asks what, and since when. */
export interface Questions {
  /** The question that was asked before, if it is the same one; else a new one. */
  ask(id: string, text: string): Question;
  forget(id: string): void;
}

/** Rollouts that wait at the same time; beyond, the one that began to wait first starts anew. */
const mostAsked = 10_000;

export function questions(clock: Clock): Questions {
  const asking = new Map<string, Question>();
  return {
    ask(id, text) {
      const before = asking.get(id);
      if (before?.text === text) return before;
      const question = { text, since: clock.now(), told: new Map<string, string>() };
      asking.delete(id);
      asking.set(id, question);
      if (asking.size > mostAsked) asking.delete(asking.keys().next().value as string);
      return question;
    },
    forget(id) {
      asking.delete(id);
    },
  };
}
