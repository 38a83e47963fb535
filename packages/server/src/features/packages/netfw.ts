import { createHash } from 'node:crypto';
import { Failure } from '@tenkai/domain';
import { openNetfw } from '@tenkai/domain/firewall/netfw.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';

interface NetfwInput {
  readonly text: string;
  readonly disablesFirewall?: boolean;
  readonly isConfirmed?: boolean;
}

/**
 * A netfw.inf that opens machines while a service pack is installed. Whoever has it made is in the audit log, with the
 * hash of what was made (BFWL-23).
 * @throws Failure netfw-off-unconfirmed, netfw-broken, netfw-section-missing
 */
export async function makeNetfw(
  { db, audit }: Pick<Kernel, 'db' | 'audit'>,
  actor: Actor,
  { text, disablesFirewall = false, isConfirmed = false }: NetfwInput,
): Promise<string> {
  if (disablesFirewall && !isConfirmed) throw new Failure('netfw-off-unconfirmed');
  const variant = disablesFirewall ? 'off' : 'programs';
  const made = openNetfw(text, variant);
  const details = { variant, sha256: createHash('sha256').update(made, 'latin1').digest('hex') };
  const action = disablesFirewall ? 'packages.firewall-disabled' : 'packages.firewall-opened';
  await db.transaction((tx) => audit.record(tx, { actor, action, object: 'file:netfw.inf', details }));
  return made;
}
