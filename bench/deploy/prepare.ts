import { deploymentRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import type { AnyRoute } from '@tenkai/protocol/api/route.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { aDeployment, aProgram, aScenario } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { withApp } from '../site/open-app.ts';

export interface Prepared {
  /** API token of an administrator. */
  readonly token: string;
  readonly ticket: string;
  readonly rootFingerprint: string;
  /** Body of the deployment that is measured. */
  readonly deployment: object;
}

/** A site with an administrator, a ticket, a package without files, a scenario, and a slot for every machine and the others. */
export function prepareSite(dataDir: string, machines: number, others: number): Promise<Prepared> {
  return withApp(dataDir, async ({ kernel, users }) => {
    const { secret: token } = await users.createWithToken({ name: 'benchmark', role: 'administrator' });
    const call = async (route: AnyRoute, payload: object) => {
      const answer = await kernel.http.fastify.inject({
        method: route.method,
        url: route.path,
        headers: { authorization: `Bearer ${token}` },
        payload,
      });
      if (answer.statusCode >= 300) throw new Error(answer.body);
      return answer.json();
    };
    await call(changeSiteSettings, { concurrency: machines + others });
    const program = aProgram({ exitCodes: { success: [0], restart: [3010] } });
    await call(packageRoutes.create, { draft: aDraft({ programs: [program] }), contentId: null });
    const { id: scenarioId } = await call(scenarioRoutes.create, aScenario());
    const ticket = await call(enrollmentRoutes.createTicket, {
      name: 'fleet',
      maxUses: machines,
      validHours: 24,
    });
    const deployment = aDeployment({ subject: { kind: 'scenario', scenarioId } });
    return { token, ticket: ticket.secret, rootFingerprint: ticket.rootFingerprint, deployment };
  });
}

export const createPath = deploymentRoutes.create.path;
