import { Failure, findSystems, matchSystem, operatingSystems, systemRows } from '@tenkai/domain';
import { systemRoutes } from '@tenkai/protocol/api/systems.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';

type Deps = Pick<Kernel, 'http'> & { readonly machines: Pick<Machines, 'requireVisible' | 'factsOf'> };

export function addSystemRoutes({ http, machines }: Deps) {
  http.route(systemRoutes.list, async ({ query }) => ({
    dataVersion: operatingSystems.dataVersion,
    items: findSystems(systemRows, query),
  }));
  http.route(systemRoutes.get, async ({ params }) => {
    const row = systemRows.find(({ key }) => key === params.key);
    if (!row) throw new Failure('not-found', { what: 'system', id: params.key });
    return row;
  });
  http.route(systemRoutes.ofMachine, async ({ caller, params }) => {
    await machines.requireVisible(caller, [params.id]);
    const facts = (await machines.factsOf([params.id], { withSoftware: false })).get(params.id);
    return { match: facts?.inventory ? matchSystem(facts.inventory.operatingSystem) : null };
  });
}
