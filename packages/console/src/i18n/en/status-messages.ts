import { repositoryMessages } from './repositories.ts';

/** What happened, by the code of the status message; a dot in a code is a step down here. */
export const statusMessages = {
  repository: repositoryMessages,
  site: {
    started: 'The site server {version} has started.',
    stopped: 'The site server has stopped.',
    'firewall-closed':
      "The firewall of the server's host ({firewalls}) keeps out what the site needs: {rules}. The way out, as root: {repair}",
    'firewall-open': "The firewall of the server's host lets in what the site needs.",
    'firewall-unchecked':
      "Nobody looks at the firewall of the server's host any more. On Linux the timer tenkai-firewall-check does.",
    'contact-lost':
      '{machines, number} of {of, number} machines lost contact at about the same time. Look at the network of the server first.',
    'contact-lost-by-firewall':
      "{machines, number} of {of, number} machines lost contact; the firewall of the server's host blocks {rules}.",
    'contact-back': 'The machines that had lost contact together are heard again.',
  },
  job: {
    failed: 'The background job {job} has failed for good: {error}',
  },
  machine: {
    on: 'The machine is on and its agent has checked in.',
    off: 'The machine was shut down.',
    booting: 'The machine is starting.',
    restarting: 'The machine restarts.',
    unreachable: 'Neither the agent nor the network of the machine answers.',
    'agent-silent': 'The machine answers on the network, but its agent does not.',
    'wake-sent': 'A wake packet was sent to {targets} addresses for {macs} network cards.',
    'command-held': 'The command {action} by {by} is held until the machine checks in.',
    'command-done': 'The agent has taken the command {action}.',
    'command-refused': 'The agent refused the command {action}: {reason}.',
    'not-reachable':
      'The machine did not check in within {minutes} minutes; the command {action} was given up.',
    'power-answered': 'The machine has answered: it is on.',
    'report-rejected': 'Report {number} ({kind}) could not be taken: {reason}.',
    'inventory-changed':
      'The inventory has changed: {sections}; software added {added}, changed {changed}, removed {removed}.',
    'firewall-closed':
      'The firewall ({firewalls}) keeps out what the site needs: {rules}. The way out: tenkai-agent firewall open',
    'firewall-open': 'The firewall lets in what the site needs.',
    'agent-property-changed': 'The property {name} of the agent {version} was {from} and is {to} ({origin}).',
    'agent-property-lost': 'The agent {version} has lost its property {name}, which was {from} ({origin}).',
    'properties-changed': '{by} changed the properties of the machine.',
  },
  fallback: {
    'machine-lost': 'A machine that calls itself {name} ({address}) cannot get in: {reason} ({kind}).',
  },
  enrollment: {
    enrolled: 'The machine {name} was enrolled with the ticket {ticket}.',
    pending: 'The machine {name} asks to be enrolled and waits for approval.',
    approved: '{by} approved the machine {name}.',
    refused: '{by} refused the machine {name}.',
    clone:
      'The key of the machine {name} was used on other hardware ({foreign} instead of {known}): a copy, or a changed board. The key is in quarantine.',
    shared:
      'Two agents use the key of the machine {name} at the same time, on hardware that looks the same: one is a copy. The key is in quarantine.',
    released: '{by} released the machine {name} from quarantine.',
    renewed: 'The machine {name} has renewed its keys ({before} is now {after}); the old ones are refused.',
    revoked: '{by} revoked the key of the machine {name}: it is shut out until it is approved again.',
  },
  push: {
    'host-done': 'The agent {version} was pushed to {host}.',
    'host-failed': 'The agent could not be pushed to {host}: {reason}',
  },
  'run-succeeded': 'The run succeeded and was verified.',
  'run-failed': 'The run failed: {reason}',
  'run-not-applicable': 'The deployment does not apply to this machine: {reason}.',
  'run-cancelled': 'The run was cancelled.',
  'run-retried': 'The run begins again.',
  'run-requested': 'The user {user} of the machine asked for the deployment.',
  'run-restart-postponed': '{user} has postponed the restart until {until}.',
  'run-staged': 'The run is on the machine and begins at its next start.',
  'run-machine-off': 'The machine went off or out of reach in the middle of the run; others go on meanwhile.',
  'run-error-cleared': 'The error state was cleared.',
  'deployment-review-asked':
    'The package {packageId} went from {from} to {to}; the deployment {name} stays in use. Its target is to be reviewed.',
  'wave-started': 'Wave {wave} began ({waveCause}); machines in it: {machines}.',
  'multicast-session-ended':
    'Multicast to {group} ended. Machines that have everything: {complete}; that finish by unicast: {left}.',
  'multicast-straggler':
    'The multicast session to {group} went on without the machine ({cause}); it finishes by unicast.',
  'multicast-session-failed': 'Multicast to {group} failed: {detail}. Its machines finish by unicast.',
  'multicast-representative':
    'The machine fetches {bytes} bytes for the network {network} and sends them on (neighbours: {members}; chosen by: {chosenBy}).',
  'multicast-representative-lost':
    'The machine sends to its neighbours in the network {network} no more ({cause}); another takes over.',
  'multicast-unfit': 'The site cannot send by multicast ({problem}: {detail}); unicast goes on.',
  update: {
    begun: 'Automatic update installs {packageId}.',
    'begun-for': 'Automatic update installs {packageId}, which {goalId} needs first.',
    applied: 'Automatic update has installed {packageId} (attempt {attempts}).',
    held: '{packageId} is held on this machine after {attempts} failed attempts.',
    halted: '{packageId} was stopped: {failed} of {ended} machines failed in ring {ring}.',
    'ring-opened': '{packageId} goes on to ring {ring}.',
    'restart-deferred': 'The restart after an update waits for a maintenance window.',
    'restart-cancelled':
      'The restart after an update was cancelled: the update waits for the next restart of the machine.',
  },
};
