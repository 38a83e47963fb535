import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

/** What the history of a machine says. */
export const machineStatusMessages = defineStatusMessages({
  'machine.on': { id: 1200, message: 'The machine is on and its agent has checked in.' },
  'machine.off': { id: 1201, message: 'The machine was shut down.' },
  'machine.booting': { id: 1202, message: 'The machine is starting.' },
  'machine.restarting': { id: 1203, message: 'The machine restarts.' },
  'machine.unreachable': { id: 1204, message: 'Neither the agent nor the network of the machine answers.' },
  'machine.agent-silent': {
    id: 1205,
    message: 'The machine answers on the network, but its agent does not.',
  },
  'machine.wake-sent': {
    id: 1210,
    message: 'A wake packet was sent to {targets} addresses for {macs} network cards.',
  },
  'machine.command-held': {
    id: 1211,
    message: 'The command {action} by {by} is held until the machine checks in.',
  },
  'machine.command-done': { id: 1212, message: 'The agent has taken the command {action}.' },
  'machine.command-refused': { id: 1213, message: 'The agent refused the command {action}: {reason}.' },
  'machine.not-reachable': {
    id: 1214,
    message: 'The machine did not check in within {minutes} minutes; the command {action} was given up.',
  },
  'machine.power-answered': { id: 1215, message: 'The machine has answered: it is on.' },
  'machine.report-rejected': { id: 1220, message: 'Report {number} ({kind}) could not be taken: {reason}.' },
  'machine.inventory-changed': {
    id: 1221,
    message:
      'The inventory has changed: {sections}; software added {added}, changed {changed}, removed {removed}.',
  },
  'machine.firewall-closed': {
    id: 1223,
    message:
      'The firewall ({firewalls}) keeps out what the site needs: {rules}. The way out: tenkai-agent firewall open',
  },
  'machine.firewall-open': { id: 1224, message: 'The firewall lets in what the site needs.' },
  'machine.agent-property-changed': {
    id: 1225,
    message: 'The property {name} of the agent {version} was {from} and is {to} ({origin}).',
  },
  'machine.agent-property-lost': {
    id: 1226,
    message: 'The agent {version} has lost its property {name}, which was {from} ({origin}).',
  },
  'machine.properties-changed': { id: 1222, message: '{by} changed the properties of the machine.' },
});
