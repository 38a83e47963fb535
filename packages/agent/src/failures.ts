import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals of the agent. Those of steps become the reason of a step's result. */
export const agentFailures = defineFailures({
  'session-wait-over': {
    kind: 'unavailable',
    message: 'For {minutes} minutes there was no session as the program needs it ({state}).',
    remedy: 'Have somebody sign in and stay at the machine, then retry; or give the program a longer time.',
  },
  'session-state-unknown': {
    kind: 'unavailable',
    message: 'This machine does not tell whether a session is locked, which the program must know.',
    remedy: 'On Linux it needs systemd-logind; elsewhere have the program run when a user is signed in.',
  },
  'agent-not-configured': {
    kind: 'invalid',
    message: 'This agent does not know its site yet.',
    remedy: 'Run: tenkai-agent enroll --server URL --root-fingerprint HEX --ticket-file FILE',
  },
  'agent-settings-invalid': {
    kind: 'invalid',
    message: 'The settings file {file} cannot be used.',
    remedy: 'Correct the field named in the detail.',
  },
  'agent-not-unassigned': {
    kind: 'conflict',
    message: 'This agent is not as a fresh installation leaves it ({count}).',
    remedy: 'See the detail; for an image: tenkai-agent master prepare',
  },
  'agent-not-running': {
    kind: 'unavailable',
    message: 'The agent service is not running on this machine.',
    remedy: 'Start it: systemctl start tenkai-agent, or on Windows sc.exe start TenkaiAgent.',
  },
  'agent-runs-already': {
    kind: 'conflict',
    message: 'Another {what} holds the data folder {folder} (process {pid}).',
    remedy: 'Stop that one first, or give this one a data folder of its own.',
  },
  'agent-no-answer': {
    kind: 'unavailable',
    message: 'The agent service has not finished {what} within {seconds} seconds.',
    remedy: 'Look at the connection with: tenkai-agent status',
  },
  'secret-file-open': {
    kind: 'forbidden',
    message: 'The file {file} can be read by others.',
    remedy: 'Take the rights away: chmod 600 {file}',
  },
  'identity-key-broken': {
    kind: 'broken',
    message: 'The key of this machine in {file} is damaged.',
    remedy:
      'Bring the file back from a backup; or stop the service, run tenkai-agent cert purge, and let the machine enroll again.',
  },
  'identity-key-foreign': {
    kind: 'broken',
    message: 'The key in {file} was protected by another Windows, or Windows does not open it: {reason}.',
    remedy:
      'If this disk was copied: stop the service, run tenkai-agent cert purge, and let the machine enroll again.',
  },
  'identity-in-use': {
    kind: 'conflict',
    message: 'The agent runs (process {pid}) and would make new keys at once; nothing was changed.',
    remedy: 'Stop it first: systemctl stop tenkai-agent, or on Windows sc.exe stop TenkaiAgent.',
  },
  'purge-not-confirmed': {
    kind: 'invalid',
    message: 'What is removed is removed for ever; nobody has said yes. Nothing was removed.',
    remedy: 'Look with --dry-run, then give --yes.',
  },
  'identity-left': {
    kind: 'broken',
    message: '{count} things are still there after the removal: {what}.',
    remedy: 'Look at the rights of what is named, and run the same again.',
  },
  'identity-missing': {
    kind: 'not-found',
    message: 'This machine has no keys that could be exported.',
    remedy: 'Start the agent once, or export on the machine that has them.',
  },
  'identity-not-enrolled': {
    kind: 'conflict',
    message: 'This machine is not enrolled at a site that could take new keys; nothing was changed.',
    remedy:
      'Look at: tenkai-agent status. Keys of a machine that has no site are renewed by tenkai-agent cert purge.',
  },
  'identity-password-weak': {
    kind: 'invalid',
    message: 'The first line of {file} is no password of 12 characters or more.',
    remedy: 'Put a long random password alone into that file: whoever has it and the bundle is this machine.',
  },
  'identity-bundle-exists': {
    kind: 'conflict',
    message: 'There is a file {file} already.',
    remedy: 'Name another file, or remove that one: it may hold the only copy of an identity.',
  },
  'identity-bundle-foreign': {
    kind: 'invalid',
    message: '{file} is no identity bundle of this version: {reason}.',
    remedy: 'Make it with: tenkai-agent cert export FILE --password-file FILE',
  },
  'identity-bundle-refused': {
    kind: 'invalid',
    message: 'The identity bundle {file} was refused ({importCode}); nothing was changed.',
    remedy: 'Repair it with: tenkai-agent certfix --path {file} --password-file FILE. Then import it again.',
  },
  'identity-present': {
    kind: 'conflict',
    message: 'This machine has other keys; nothing was changed.',
    remedy: 'If it is to become the machine of the bundle: tenkai-agent cert purge, then import again.',
  },
  'identity-site-other': {
    kind: 'conflict',
    message:
      'The bundle belongs to a site with another root key than this machine trusts; nothing was changed.',
    remedy: 'Compare with the fingerprint in the console. If the bundle is right: tenkai-agent trust purge.',
  },
  'trust-held': {
    kind: 'conflict',
    message: 'This machine holds {count} trusted root keys.',
    remedy: 'Before an image is taken: tenkai-agent trust purge.',
  },
  'ticket-missing': {
    kind: 'invalid',
    message: 'There is no enrollment ticket in {file}.',
    remedy: 'Make a ticket in the console and put it, alone, into that file.',
  },
  'platform-unsupported': {
    kind: 'invalid',
    message: 'There is no agent for {platform} yet.',
    remedy: 'Use a Linux machine.',
  },
  'journal-corrupt': {
    kind: 'broken',
    message: 'The journal of run {run} is damaged at line {line}.',
    remedy: 'Check the disk of this machine, then retry the run.',
  },
  'order-expired': {
    kind: 'invalid',
    message: 'The order {orderId} has expired.',
    remedy: 'Compare the clocks of site and machine, then give the order again.',
  },
  'order-for-another-machine': {
    kind: 'forbidden',
    message: 'The order {orderId} is for another machine.',
    remedy: 'Look for somebody who copies traffic; nothing was run.',
  },
  'order-not-understood': {
    kind: 'invalid',
    message: 'This agent does not understand the order.',
    remedy: 'Upgrade the agent of this machine.',
  },
  'run-unknown': {
    kind: 'not-found',
    message: 'This machine has no run {runId}, attempt {attempt}.',
    remedy: 'Nothing is to be done: there is nothing to cancel.',
  },
  'run-in-progress': {
    kind: 'conflict',
    message: 'A run is in progress on this machine.',
    remedy: 'Wait for its end, cancel it, or give the order with force.',
  },
  'power-not-supported': {
    kind: 'invalid',
    message: 'This machine has no command to {action}.',
    remedy: 'Set powerCommand in the settings of the agent.',
  },
  'program-failed': {
    kind: 'broken',
    message: '{program} failed: {cause}.',
    remedy: 'Look at the detail and the log of the agent.',
  },
  'parameters-unbalanced': {
    kind: 'invalid',
    message: 'The parameters have a quote that is never closed.',
    remedy: 'Correct the parameters of the program in the package.',
  },
  'executable-missing': {
    kind: 'not-found',
    message: 'The package holds no file {path}.',
    remedy: 'Correct the executable of the program, or seal the package again.',
  },
  'interpreter-missing': {
    kind: 'invalid',
    message: 'This machine has no {interpreter}.',
    remedy: 'Use an interpreter of this operating system, or install it first.',
  },
  'copy-target-relative': {
    kind: 'invalid',
    message: 'The target {path} is no absolute folder.',
    remedy: 'Give the target from the root on.',
  },
  'copy-target-link': {
    kind: 'forbidden',
    message: '{path} is a symbolic link; the files would land elsewhere.',
    remedy: 'Remove the link, or give the real folder as target.',
  },
  'copy-source-missing': {
    kind: 'not-found',
    message: 'The package holds no folder {path}.',
    remedy: 'Correct the folder in the step, or seal the package again.',
  },
  'user-rights-not-possible': {
    kind: 'invalid',
    message: "On Windows a program cannot be run with a user's rights yet.",
    remedy: 'Run it with administrative rights.',
  },
  'rights-missing': {
    kind: 'forbidden',
    message: 'This needs administrative rights.',
    remedy: 'Run it as root; install the agent as a service of the system.',
  },
  'clock-unknown': {
    kind: 'unavailable',
    message: 'The time of the site is not known yet.',
    remedy: 'Nothing is to be done: the agent asks again.',
  },
});
