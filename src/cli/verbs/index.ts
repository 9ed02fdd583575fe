import type { Verb } from '../verb.ts';
import { abort } from './abort.ts';
import { completion } from './completion.ts';
import { controller } from './controller.ts';
import { create } from './create.ts';
import { createAnalysisRun } from './create-analysisrun.ts';
import { dashboard } from './dashboard.ts';
import { demo } from './demo.ts';
import { evaluate } from './evaluate.ts';
import { example } from './example.ts';
import { explain } from './explain.ts';
import { getExperiment } from './get-experiment.ts';
import { getRolloutVerb } from './get-rollout.ts';
import { lint } from './lint.ts';
import { listExperiments } from './list-experiments.ts';
import { listRollouts } from './list-rollouts.ts';
import { getNotificationTemplates, getNotificationTriggers } from './notifications-get.ts';
import { notifyByTemplate } from './notifications-notify.ts';
import { runNotificationTrigger } from './notifications-run.ts';
import { pause } from './pause.ts';
import { promote } from './promote.ts';
import { restart } from './restart.ts';
import { retryExperiment } from './retry-experiment.ts';
import { retryRollout } from './retry-rollout.ts';
import { sandbox } from './sandbox.ts';
import { setImage } from './set-image.ts';
import { status } from './status.ts';
import { terminateAnalysisRun, terminateExperiment } from './terminate.ts';
import { undo } from './undo.ts';
import { version } from './version.ts';

/** Every command there is, in the order of the help. */
export const verbs: readonly Verb[] = [
  getRolloutVerb,
  getExperiment,
  listRollouts,
  listExperiments,
  status,
  explain,
  dashboard,
  promote,
  abort,
  retryRollout,
  retryExperiment,
  undo,
  setImage,
  create,
  createAnalysisRun,
  restart,
  pause,
  terminateAnalysisRun,
  terminateExperiment,
  lint,
  evaluate,
  controller,
  sandbox,
  example,
  completion,
  version,
  demo,
  getNotificationTemplates,
  notifyByTemplate,
  getNotificationTriggers,
  runNotificationTrigger,
] as readonly Verb[];
