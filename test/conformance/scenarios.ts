import type { Scenario } from './scenario.ts';
import { applyScenarios } from './scenarios/apply.ts';
import { autoscalersScenarios } from './scenarios/autoscalers.ts';
import { celScenarios } from './scenarios/cel.ts';
import { celChecksScenarios } from './scenarios/cel-checks.ts';
import { celLibrariesScenarios } from './scenarios/cel-libraries.ts';
import { customScenarios } from './scenarios/custom.ts';
import { definitionsScenarios } from './scenarios/definitions.ts';
import { deletionScenarios } from './scenarios/deletion.ts';
import { discoveryScenarios } from './scenarios/discovery.ts';
import { foundScenarios } from './scenarios/found.ts';
import { httpScenarios } from './scenarios/http.ts';
import { listsScenarios } from './scenarios/lists.ts';
import { objectsScenarios } from './scenarios/objects.ts';
import { oddRequestsScenarios } from './scenarios/odd-requests.ts';
import { oddValuesScenarios } from './scenarios/odd-values.ts';
import { othersScenarios } from './scenarios/others.ts';
import { patchesScenarios } from './scenarios/patches.ts';
import { podsScenarios } from './scenarios/pods.ts';
import { refusalsScenarios } from './scenarios/refusals.ts';
import { reviewsScenarios } from './scenarios/reviews.ts';
import { servicesScenarios } from './scenarios/services.ts';
import { typedValuesScenarios } from './scenarios/typed-values.ts';
import { vendorSchemasScenarios } from './scenarios/vendor-schemas.ts';
import { watchesScenarios } from './scenarios/watches.ts';
import { workloadsScenarios } from './scenarios/workloads.ts';

/** Everything that is asked of both servers. */
export const scenarios: readonly Scenario[] = [
  ...objectsScenarios,
  ...patchesScenarios,
  ...applyScenarios,
  ...customScenarios,
  ...listsScenarios,
  ...podsScenarios,
  ...workloadsScenarios,
  ...servicesScenarios,
  ...othersScenarios,
  ...httpScenarios,
  ...watchesScenarios,
  ...vendorSchemasScenarios,
  ...oddValuesScenarios,
  ...oddRequestsScenarios,
  ...typedValuesScenarios,
  ...autoscalersScenarios,
  ...celScenarios,
  ...celChecksScenarios,
  ...celLibrariesScenarios,
  ...definitionsScenarios,
  ...discoveryScenarios,
  ...deletionScenarios,
  ...reviewsScenarios,
  ...refusalsScenarios,
  ...foundScenarios,
];
