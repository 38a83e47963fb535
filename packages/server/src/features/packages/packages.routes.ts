import type { ServerResponse } from 'node:http';
import { operatingSystemChoices, operatingSystems, systemNameOf } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { toDraftProblemReply } from '@tenkai/protocol/problem.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { languages } from './languages.ts';
import { makeNetfw } from './netfw.ts';
import {
  changePackage,
  checkDraft,
  createPackage,
  type PackageDeps,
  placePackage,
  removePackage,
} from './packages.ts';
import { packageDetail, packageRow, packageRows } from './packages.views.ts';

type Deps = Pick<Kernel, 'http'> & PackageDeps;

export function addPackageRoutes(deps: Deps) {
  const { http, db, content, usesOf } = deps;
  const views = { read: db.read, content, usesOf };

  http.route(packageRoutes.list, async ({ query }) => ({ items: await packageRows(db.read, query) }));
  http.route(packageRoutes.get, async ({ params }) => packageDetail(views, params.id));
  http.route(packageRoutes.create, async ({ caller, body }) => {
    const warnings = await createPackage(deps, caller, body);
    return { package: await packageRow(db.read, body.draft.id), warnings: warnings.map(toDraftProblemReply) };
  });
  http.route(packageRoutes.update, async ({ caller, params, body }) => {
    const warnings = await changePackage(deps, caller, { ...body, id: params.id });
    return { package: await packageRow(db.read, params.id), warnings: warnings.map(toDraftProblemReply) };
  });
  http.route(packageRoutes.check, async ({ body }) => {
    const { problems, warnings } = await checkDraft(deps, body);
    return { problems: problems.map(toDraftProblemReply), warnings: warnings.map(toDraftProblemReply) };
  });
  http.route(packageRoutes.remove, async ({ caller, params }) => {
    await removePackage(deps, caller, params.id);
    return { ok: true } as const;
  });
  http.route(packageRoutes.verify, async ({ params, query, reply }) => {
    const { contentId } = await packageRow(db.read, params.id);
    if (contentId === null) return { places: [] };
    const signal = whenGone(reply.raw);
    return { places: await content.verify({ contentId, repair: query.repair ?? false, signal }) };
  });
  http.route(packageRoutes.place, async ({ caller, params, body }) => {
    await placePackage(deps, caller, params.id, body.pointIds);
    return { places: (await packageDetail(views, params.id)).places };
  });
  http.route(packageRoutes.netfw, async ({ caller, body }) => ({
    text: await makeNetfw(deps, caller, body),
  }));
  http.route(packageRoutes.operatingSystems, async () => ({
    operatingSystems: operatingSystemChoices(operatingSystems).map((choice) => ({
      ...choice,
      name: systemNameOf(operatingSystems, choice.id),
    })),
    languages: [...languages],
  }));
}

/** Reading gigabytes for somebody who has hung up would only keep others waiting. */
function whenGone(raw: ServerResponse): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
