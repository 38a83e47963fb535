import type { PushCredentials } from '@tenkai/protocol/api/pushes.ts';

/** What was given for a push and must not be anywhere but in this process. */
export interface HeldSecrets {
  hold(pushId: string, credentials: PushCredentials): void;
  of(pushId: string): PushCredentials | undefined;
  drop(pushId: string): void;
}

export function createHeldSecrets(): HeldSecrets {
  const held = new Map<string, PushCredentials>();
  return {
    hold: (pushId, credentials) => void held.set(pushId, credentials),
    of: (pushId) => held.get(pushId),
    drop: (pushId) => void held.delete(pushId),
  };
}

/** Whether more than the site's own keys is needed. */
export const usesSecret = (credentials: PushCredentials) =>
  credentials.kind !== 'site-key' || credentials.sudoPassword !== undefined;

const tickets = /\btenkai_ticket_[\w-]+/g;

/**
 * What a machine has said, without what it was told: one that is not ours might repeat it. Without NUL, too: PostgreSQL
 * keeps no text that holds one.
 */
export function withoutSecrets(text: string, credentials: PushCredentials): string {
  const { kind: _, ...given } = credentials;
  const secrets = Object.values(given).filter((secret) => typeof secret === 'string' && secret !== '');
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text.replaceAll('\0', ''))
    .replaceAll(tickets, '[secret]');
}
