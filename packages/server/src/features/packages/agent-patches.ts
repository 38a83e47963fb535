import {
  agentPatchPackageId,
  agentPatchPath,
  isAgentPatchId,
} from '@tenkai/domain/agent-patch/agent-patch.ts';
import '@tenkai/domain/agent-patch/failures.ts';
import { Failure } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { createRateLimit, takeTurn } from '../../kernel/http/rate-limit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import { sendPlain } from './packages.files.ts';
import { findPackage, findRevision } from './packages.store.ts';

type Deps = Pick<Kernel, 'http' | 'db' | 'clock'> & { readonly content: Content };

/** Anybody may ask; a room of machines that are installed at once may have one address. */
const limits = { each: { burst: 100, perSecond: 5 }, all: { burst: 500, perSecond: 50 } };

/**
 * A patch of the agent by its id, for machines that are about to be installed and have no token yet (AGENT-14). It holds
 * programs that are no secret, and carries the site's signature with it: decision 0150.
 */
export function addAgentPatches({ http, db, clock, content }: Deps) {
  const limit = createRateLimit(clock, limits);
  http.fastify.get(`${agentPaths.patches}/:name`, async (request, reply) => {
    takeTurn(limit, request, reply);
    const { name } = request.params as { name: string };
    // With the ending, it is an address of a patch as any other (AGENT-15).
    const id = name.replace(/\.tkp$/, '');
    const file = isAgentPatchId(id) ? await patchFile({ db, content }, id) : undefined;
    if (!file) throw new Failure('agent-patch-not-at-site', { id: id.slice(0, 64) });
    return sendPlain(content, file, request, reply);
  });
}

/** Of the newest revision; nothing else of a package can be had this way. */
async function patchFile({ db, content }: Pick<Deps, 'db' | 'content'>, id: string) {
  const packageId = agentPatchPackageId(id);
  const found = await findPackage(db.read, packageId);
  const revision = found && (await findRevision(db.read, packageId, found.revision));
  if (!revision?.content_id) return undefined;
  const { files } = await content.manifest(revision.content_id);
  return files.find(({ path }) => path === agentPatchPath(id));
}
