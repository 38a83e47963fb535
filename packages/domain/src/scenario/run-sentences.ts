import { defineReasons } from '../reason.ts';

/** Why a run waits, or was left out (gates of the server, and `plan`). */
export const waitingSentences = defineReasons({
  'condition-false': 'The condition of step {step} does not hold for this machine.',
  'nothing-to-do': 'The scenario has nothing to do on this machine.',
  'machine-gone': 'The machine is no longer known to the site.',
  'machine-has-not-fetched': 'The machine was told and is about to fetch its order.',
  'machine-off': 'The machine is not reachable; the run begins when it comes back.',
  'machine-off-meanwhile':
    'The machine went off or out of reach in the middle of the run, which goes on when it comes back.',
  'machine-waking': 'The machine is being woken.',
  'earlier-run': 'Another run of this machine comes first.',
  'session-nobody': 'It waits until somebody signs in: it needs an unlocked session.',
  'session-locked': 'It waits until the session is unlocked.',
  'session-screen-saver': 'It waits until the screen saver has ended.',
  'restart-postponed': '{user} has postponed the restart until {until} ({timesLeft} more times).',
  'next-start': 'It is on the machine, verified, and begins at its next start.',
  'next-start-queued': 'The machine has started; what was delivered before comes first.',
  'next-start-update': 'The machine is applying what was delivered for its start.',
  'next-start-full': '{count} runs are pending on the machine; a restart is needed (limit {limit}).',
  'runs-at-next-start': 'Content is delivered first; each machine runs it when it next starts.',
  'next-start-outside-windows':
    'Maintenance windows rule the delivery; the run begins when the machine starts, which may be outside of them.',
  'restart-is-the-start': 'The start of the machine, for which the run waits, is the restart at start.',
  'power-off-after-delivery':
    'Machines are switched off once the content is there; the update runs at their next start.',
  'power-off-after-update': 'Machines are switched off after the update.',
  'not-requested': 'It is available, and nobody has asked for it yet.',
  'slot-site': 'All {limit} slots of the site are taken.',
  'slot-deployment': 'All {limit} slots of the deployment are taken.',
  'more-than-concurrency': '{count} machines, but only {concurrency} at once: the others queue.',
  'windows-ignored': 'Maintenance windows are ignored.',
});

/** How a step or a run ended. */
export const outcomeSentences = defineReasons({
  'already-installed': 'It was there already.',
  'already-on': 'The machine was on already.',
  'condition-not-met': "The package's condition does not hold on the machine.",
  'restart-not-needed': 'Nothing asked for a restart.',
  'nothing-since-restart': 'Nothing ran since the last restart.',
  cancelled: 'It was cancelled.',
  'cancelled-without-answer': 'It was cancelled; the machine has not answered.',
  'exit-code': 'The program ended with exit code {exitCode}.',
  'rolled-back': 'It was rolled back: {cause}.',
  'time-limit': 'It took longer than its limit and was ended.',
  interrupted: 'It was interrupted by {by} before it had ended.',
  'machine-stayed-on': 'The machine was told to restart and did not.',
  'not-detected': 'The installer ended well, but the package is not there ({found}).',
  'not-verified': 'Step {step} was not looked at again after the last restart.',
  'step-failed': 'A step failed.',
  'step-without-result': 'Step {step} has no result.',
  'timed-out': 'The machine has said nothing for longer than the step may take.',
  refused: 'The machine refused the order.',
});

/** Refusals of an agent that end a step or a run; they carry the code of the failure. */
export const agentSentences = defineReasons({
  'order-expired': 'The order had expired before the machine fetched it.',
  'order-for-another-machine': 'The order was for another machine.',
  'order-not-understood': 'The agent is too old to understand the order.',
  'order-signature-invalid': "The order is not signed by the site's key chain.",
  'power-not-supported': 'The machine has no command to {action}.',
  'program-failed': '{program} could not be run: {cause}.',
  'parameters-unbalanced': 'The parameters have a quote that is never closed.',
  'executable-missing': 'The package holds no file {path}.',
  'interpreter-missing': 'The machine has no {interpreter}.',
  'copy-target-relative': 'The target {path} is no absolute folder.',
  'copy-target-link': '{path} is a symbolic link; the files would land elsewhere.',
  'copy-source-missing': 'The package holds no folder {path}.',
  'rights-missing': 'The agent does not run with administrative rights.',
  'journal-corrupt': 'The journal of the run is damaged at line {line}.',
});
