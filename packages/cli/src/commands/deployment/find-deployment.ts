import { deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import { allPages } from '../../pages.ts';
import { pick } from '../../pick.ts';
import type { Session } from '../../session.ts';

/** RFC 9562: what the site gives a deployment. */
const idForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names are looked for among so many, newest first. */
const most = 1000;

/**
 * The act on a deployment that a person names by its id or its name. Names may repeat: then the ids are told.
 * @throws Failure not-found, name-ambiguous
 */
export function onDeployment<Rest extends unknown[]>(
  act: (session: Session, id: string, ...rest: Rest) => Promise<void>,
) {
  return async (session: Session, text: string, ...rest: Rest): Promise<void> =>
    act(session, await idOf(session, text), ...rest);
}

async function idOf(session: Session, text: string): Promise<string> {
  if (idForm.test(text)) return text;
  const { client } = await session.connect();
  return pick(await allPages(client, deploymentRoutes.list, { query: {} }, most), text, 'deployment').id;
}
