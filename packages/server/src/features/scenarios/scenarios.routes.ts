import { scenarioRoutes } from '@tenkai/protocol/api/scenarios.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { changeScenario, createScenario, removeScenario, type ScenarioDeps } from './scenarios.ts';
import { scenarioDetail, scenarioRows } from './scenarios.views.ts';

export function addScenarioRoutes(deps: Pick<Kernel, 'http'> & ScenarioDeps) {
  const { http, db, content, packages } = deps;
  const detail = (id: string) => scenarioDetail({ read: db.read, content, packages }, id);

  http.route(scenarioRoutes.list, async ({ query }) => ({
    items: await scenarioRows({ read: db.read, packages }, query.search),
  }));
  http.route(scenarioRoutes.get, async ({ params }) => detail(params.id));
  http.route(scenarioRoutes.create, async ({ caller, body }) =>
    detail(await createScenario(deps, caller, body)),
  );
  http.route(scenarioRoutes.update, async ({ caller, params, body }) => {
    await changeScenario(deps, caller, { ...body, id: params.id });
    return detail(params.id);
  });
  http.route(scenarioRoutes.remove, async ({ caller, params }) => {
    await removeScenario(deps, caller, params.id);
    return { ok: true } as const;
  });
}
