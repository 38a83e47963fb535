import type { DeploymentWhatIfRow } from '@tenkai/protocol/api/deployments.ts';
import type { StateKind } from '../../ui/state-kinds.ts';

/** From those that begin by themselves to those that it does not concern. */
export const kindOfOutcome: Readonly<Record<DeploymentWhatIfRow['outcome'], StateKind>> = {
  starts: 'succeeded',
  waits: 'waiting',
  never: 'failed',
  'not-applicable': 'faint',
};

export const outcomes = Object.keys(kindOfOutcome) as DeploymentWhatIfRow['outcome'][];
