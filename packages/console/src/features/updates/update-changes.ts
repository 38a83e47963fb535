import type { UpdateWhatIfRow } from '@tenkai/protocol/api/updates.ts';
import type { StateKind } from '../../ui/state-kinds.ts';

/** Those that change first, by how much it matters. */
export const kindOfChange: Readonly<Record<UpdateWhatIfRow['change'], StateKind>> = {
  gains: 'succeeded',
  loses: 'failed',
  sooner: 'running',
  later: 'waiting',
  otherwise: 'neutral',
  same: 'faint',
};

export const changes = Object.keys(kindOfChange) as UpdateWhatIfRow['change'][];
