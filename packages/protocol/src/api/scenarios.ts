import { DeliveryMethod, Reason, ScenarioDraft } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams } from './paging.ts';
import { defineRoute } from './route.ts';

export const ScenarioRow = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  revision: Type.Integer(),
  stepCount: Type.Integer(),
  /** What its deployments have where they do not say. */
  deliveryMethod: DeliveryMethod,
  /** Types of the packages that it installs, in their order, each once: what kind of scenario it is (BSCN-06). */
  kinds: Type.Array(Type.String()),
  isBuiltIn: Type.Boolean(),
  updatedAt: Type.Integer(),
});
export type ScenarioRow = Static<typeof ScenarioRow>;

export const ScenarioDetail = Type.Object({
  ...ScenarioRow.properties,
  draft: ScenarioDraft,
  /** What keeps it from being deployed now, such as a package without content (DIST-31); cautions (BPKG-15). */
  problems: Type.Array(
    Type.Object({
      stepId: Type.String(),
      /** `error`: it cannot be deployed like this; `caution`: it can. */
      severity: Type.String(),
      ...Reason.properties,
      /** In English; the console has its own sentence for the code. */
      message: Type.String(),
    }),
  ),
});
export type ScenarioDetail = Static<typeof ScenarioDetail>;

export const scenarioRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/scenarios',
    permission: 'view',
    summary: 'All scenarios (シナリオ一覧).',
    query: Type.Object({ search: Type.Optional(Type.String({ maxLength: 255 })) }),
    reply: Type.Object({ items: Type.Array(ScenarioRow) }),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/scenarios/:id',
    permission: 'view',
    summary: 'One scenario with its steps.',
    params: IdParams,
    reply: ScenarioDetail,
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/scenarios',
    permission: 'manage-scenarios',
    summary: 'Makes a scenario (シナリオ追加); refused where the name is taken (BSCN-05).',
    body: ScenarioDraft,
    reply: ScenarioDetail,
  }),
  update: defineRoute({
    method: 'PUT',
    path: '/api/v1/scenarios/:id',
    permission: 'manage-scenarios',
    summary: 'Replaces a scenario; deployments that have started keep the revision they started with.',
    params: IdParams,
    body: Type.Object({ draft: ScenarioDraft, revision: Type.Integer() }),
    reply: ScenarioDetail,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/scenarios/:id',
    permission: 'manage-scenarios',
    summary: 'Deletes a scenario that no open deployment uses.',
    params: IdParams,
    reply: Done,
  }),
};
