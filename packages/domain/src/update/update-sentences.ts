import { defineReasons } from '../reason.ts';

/** Why automatic update delivers a package now, later or never to a machine. */
export const updateSentences = defineReasons({
  'update-off': 'Automatic update is turned off.',
  'update-opted-out': 'The machine is excluded from automatic update.',
  'update-urgency': '{packageId} is of urgency {urgency}, which takes no part in automatic update.',
  'update-superseded': 'It is superseded by {by}.',
  'update-prerequisite-missing': '{packageId} needs {wanted} first, and that cannot be installed now.',
  'update-prerequisite-not-registered': '{packageId} needs {wanted} first, which is not registered.',
  'update-condition-refused': 'The machine found that the condition of {packageId} does not hold.',
  'update-cycle': 'The packages need each other in a circle: {path}.',
  'update-before': '{packageId} is installed first.',
  'update-set-time': 'It is delivered at the set time.',
  'update-at-start': 'The machine is off; it is judged when it has started and checked in.',
  'update-start-delay': 'The machine has just started; its turn is spread over some minutes.',
  'update-ring': 'It goes to other machines first (ring {open} of {rings}); this one is in ring {ring}.',
  'update-retry': 'Attempt {attempts} failed; it is tried again.',
  'update-agents-off': 'Agents are not upgraded by themselves on this site.',
  'agent-upgrade-pending': 'Agent upgrade pending: {attempts} tries failed so far, and it goes on.',
  'update-held-attempts': '{attempts} attempts failed; it is not sent again until it is released.',
  'update-held': 'It was held back: {note}.',
  'update-package-held': 'The package was held back for all machines: {note}.',
  'update-halted': 'Delivery was stopped: {failed} of {ended} machines failed in ring {ring}.',
  'update-restart-pending': 'It is installed; the restart waits for a maintenance window.',
});
