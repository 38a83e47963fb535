import type { AgentComponent } from '@tenkai/domain';
import type { Platform } from './platform/platform.ts';
import { agentVersion } from './version.ts';

/** What decides the state of the agent's components. */
export interface ComponentFacts {
  /** The agent was taken by a site. */
  readonly isAssigned: boolean;
  /** The service runs; null: the asker cannot know. */
  readonly isRunning: boolean;
  readonly isConnected: boolean;
  readonly power: Platform['power']['supports'];
}

/** Why a component is not enabled; people read them. */
export const componentReasons = {
  stopped: 'the agent service is not running',
  noPower: 'this machine has no command to restart or shut down',
  unassigned: 'not assigned to a site',
  unconnected: 'no connection to the site',
} as const;
const { stopped, noPower, unassigned, unconnected } = componentReasons;

/** Name of the component that waits for nudges. */
export const notification = 'notification';

/**
 * The components of the agent as the old control panel's tab shows them (AGENT-31..33): before a site has taken the
 * machine everything is *installed*, and the notification component *disabled*; assignment enables them without
 * another installation.
 */
export function agentComponents(facts: ComponentFacts): AgentComponent[] {
  const { isAssigned, isRunning, power } = facts;
  const usual = (name: string): AgentComponent => {
    if (!isAssigned) return component(name, 'installed');
    return isRunning ? component(name, 'enabled') : component(name, 'disabled', stopped);
  };
  const powerComponent = usual('power');
  const hasPower = power.restart && power.shutDown;
  return [
    usual('core'),
    usual('status-reporting'),
    usual('inventory'),
    usual('content'),
    usual('scenario-engine'),
    powerComponent.state === 'enabled' && !hasPower
      ? component('power', 'disabled', noPower)
      : powerComponent,
    notificationComponent(facts),
  ];
}

function notificationComponent({ isAssigned, isRunning, isConnected }: ComponentFacts): AgentComponent {
  if (!isAssigned) return component(notification, 'disabled', unassigned);
  if (!isRunning) return component(notification, 'disabled', stopped);
  return isConnected ? component(notification, 'enabled') : component(notification, 'disabled', unconnected);
}

function component(name: string, state: AgentComponent['state'], reason?: string): AgentComponent {
  return { name, version: agentVersion, state, ...(reason === undefined ? {} : { reason }) };
}
