import './failures.ts';
import { createAttempts } from '../../kernel/access/attempts.ts';
import { systemActor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createApiToken } from './api-tokens.ts';
import { createIdentities } from './identify.ts';
import { createSetupToken } from './sessions.ts';
import { addUserRoutes } from './users.routes.ts';
import { createUser, type NewUser } from './users.ts';

export interface Users {
  /** The secret of the one-time link that makes the first administrator; undefined once there is a user. */
  setupToken(): Promise<string | undefined>;
  /** Makes a user with an API token in one go: for setting up sites by script, and tests. */
  createWithToken(user: NewUser): Promise<{ userId: string; secret: string }>;
}

export function registerUsers(kernel: Kernel): Users {
  const deps = { ...kernel, attempts: createAttempts(kernel.clock) };
  kernel.access.identities = createIdentities(kernel);
  kernel.live.expose('users.changed', {
    permission: 'manage-users',
    message: ({ userId }) => ({ topic: 'users', id: userId }),
  });
  addUserRoutes(kernel, deps);
  return {
    setupToken: () => createSetupToken(kernel),
    async createWithToken(input) {
      const user = await createUser(kernel, systemActor, input);
      const caller = { userId: user.id, name: user.name, role: user.role };
      const { secret } = await createApiToken(kernel, caller, {
        name: 'setup',
        role: user.role,
        expiresInDays: null,
      });
      return { userId: user.id, secret };
    },
  };
}
