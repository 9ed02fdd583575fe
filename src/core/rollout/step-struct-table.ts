/**
 * The peer's Go structs of canary steps, for `status.currentStepHash`: members in order of declaration with JSON name, rule
 * for empty values and type, in the form of `goStructs`. Structs that are no pointers always print, as `metadata` does.
 */
export const stepStructs: Readonly<Record<string, readonly string[]>> = {
  CanaryStep: [
    'setWeight|omit|*int32',
    'pause|omit|*RolloutPause',
    'experiment|omit|*RolloutExperimentStep',
    'analysis|omit|*RolloutAnalysis',
    'setCanaryScale|omit|*SetCanaryScale',
    'setHeaderRoute|omit|*SetHeaderRoute',
    'setMirrorRoute|omit|*SetMirrorRoute',
    'plugin|omit|*PluginStep',
  ],
  RolloutPause: ['duration|omit|*intstr.IntOrString'],
  RolloutExperimentStep: [
    'templates|keep|[]RolloutExperimentTemplate',
    'duration|omit|string',
    'analyses|omit|[]RolloutExperimentAnalysis',
    'dryRun|omit|[]DryRun',
    'analysisRunMetadata|omit|Metadata',
    'scaleDownDelaySeconds|omit|*int32',
  ],
  RolloutExperimentTemplate: [
    'name|keep|string',
    'specRef|keep|string',
    'replicas|omit|*int32',
    'metadata|omit|Metadata',
    'selector|omit|*LabelSelector',
    'weight|omit|*int32',
    'service|omit|*TemplateService',
  ],
  TemplateService: ['name|omit|string'],
  RolloutExperimentAnalysis: [
    'name|keep|string',
    'templateName|keep|string',
    'clusterScope|omit|*bool',
    'args|omit|[]AnalysisRunArgument',
    'requiredForCompletion|omit|bool',
  ],
  RolloutAnalysis: [
    'templates|omit|[]AnalysisTemplateRef',
    'args|omit|[]AnalysisRunArgument',
    'dryRun|omit|[]DryRun',
    'measurementRetention|omit|[]MeasurementRetention',
    'analysisRunMetadata|omit|*Metadata',
  ],
  AnalysisTemplateRef: ['templateName|keep|string', 'clusterScope|omit|*bool'],
  AnalysisRunArgument: ['name|keep|string', 'value|omit|string', 'valueFrom|omit|*ArgumentValueFrom'],
  ArgumentValueFrom: ['podTemplateHashValue|omit|*string', 'fieldRef|omit|*FieldRef'],
  FieldRef: ['fieldPath|keep|string'],
  DryRun: ['metricName|keep|string'],
  MeasurementRetention: ['metricName|keep|string', 'limit|keep|int32'],
  Metadata: ['labels|omit|map[string]string', 'annotations|omit|map[string]string'],
  LabelSelector: ['matchLabels|omit|map[string]string', 'matchExpressions|omit|[]LabelSelectorRequirement'],
  LabelSelectorRequirement: ['key|keep|string', 'operator|keep|string', 'values|omit|[]string'],
  SetCanaryScale: ['weight|omit|*int32', 'replicas|omit|*int32', 'matchTrafficWeight|omit|bool'],
  SetHeaderRoute: ['name|omit|string', 'match|omit|[]HeaderRoutingMatch'],
  HeaderRoutingMatch: ['headerName|keep|string', 'headerValue|keep|*StringMatch'],
  SetMirrorRoute: ['name|keep|string', 'match|omit|[]RouteMatch', 'percentage|omit|*int32'],
  RouteMatch: ['method|omit|*StringMatch', 'path|omit|*StringMatch', 'headers|omit|map[string]StringMatch'],
  StringMatch: ['exact|omit|string', 'prefix|omit|string', 'regex|omit|string'],
  PluginStep: ['name|keep|string', 'config|omit|*json.RawMessage'],
};

/** The same up to its version 1.8, where these were no pointers: a Rollout that one of those left is in the middle of the same steps. */
export const olderStepStructs: typeof stepStructs = {
  ...stepStructs,
  RolloutAnalysis: withTypes(stepStructs.RolloutAnalysis, { analysisRunMetadata: 'Metadata' }),
  AnalysisTemplateRef: withTypes(stepStructs.AnalysisTemplateRef, { clusterScope: 'bool' }),
  RolloutExperimentAnalysis: withTypes(stepStructs.RolloutExperimentAnalysis, { clusterScope: 'bool' }),
};

function withTypes(
  lines: readonly string[] = [],
  types: Readonly<Record<string, string>>,
): readonly string[] {
  return lines.map((line) => {
    const [name = '', rule, type] = line.split('|');
    return [name, rule, types[name] ?? type].join('|');
  });
}
