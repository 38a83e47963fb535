import { defineReasons } from '../reason.ts';

/** What `scenarioProblems` and the server's look at content can say about a scenario. */
export const scenarioSentences = defineReasons({
  'groups-too-deep': 'Groups are nested deeper than {limit} levels.',
  'step-id-twice': 'Two steps have the same id {id}.',
  'query-wrong': 'The query of the condition cannot be read: {problem}.',
  'package-without-content': 'The step needs files, but package {packageId} has no content.',
  'package-not-placed':
    'No distribution point holds the content of package {packageId}: machines have nowhere to get it.',
  'urgency-also-automatic':
    'Package {packageId} has urgency {urgency}: automatic update delivers it, too. It is applied only once.',
});
