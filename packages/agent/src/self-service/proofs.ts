import { randomBytes } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Platform } from '../platform/platform.ts';
import type { ProofRequest } from './door-words.ts';

const lifeMs = 30_000;
const mostOpen = 100;

/**
 * Who asks? A local socket does not tell it here, the owner of a file does: the service names a file that nobody can
 * guess, the user's program makes it, and the system says whose it is. Each name is good once.
 */
export function createProofs({ users, nowMs }: { users: Platform['users']; nowMs: () => number }) {
  const open = new Map<string, { content: string; until: number }>();
  return {
    ask(): ProofRequest {
      for (const [name, { until }] of open) if (until < nowMs()) open.delete(name);
      if (open.size >= mostOpen) open.delete(open.keys().next().value as string);
      const name = `tenkai-user-${randomBytes(16).toString('hex')}`;
      const content = randomBytes(16).toString('hex');
      open.set(name, { content, until: nowMs() + lifeMs });
      return { folder: users.proofFolder, name, content };
    },
    /** @returns the name of the user's account. @throws Failure user-not-proven */
    async redeem(name: string): Promise<string> {
      const asked = open.get(name);
      open.delete(name);
      const user = asked && asked.until >= nowMs() ? await users.whoMade(name, asked.content) : null;
      if (user === null) throw new Failure('user-not-proven', {}, { detail: users.proofFolder });
      return user;
    },
  };
}
export type Proofs = ReturnType<typeof createProofs>;
