import { Failure } from '@tenkai/domain';
import type { Answer, Ask } from '@tenkai/domain/firewall/index.ts';
import { ask } from '@tenkai/domain/firewall/procedure.ts';

/** Where the agent's package for Windows goes unless somebody says otherwise. */
export const usualAgentFolder = 'C:\\Program Files\\Tenkai\\Agent';

const query = ask('reg', 'query', 'HKLM\\SOFTWARE\\Tenkai\\Agent', '/v', 'Folder', '/reg:64');

/**
 * reg.exe writes in the code page of its console, and `?` for what that one does not have; no folder's name has a `?`.
 * Read as UTF-8 the rest becomes U+FFFD.
 */
const unreadable = /[?\uFFFD]/;

/**
 * Where it went on this Windows, as its installation has kept it; undefined: it is not installed.
 * @throws Failure firewall-agent-folder-unreadable
 */
export async function installedAgentFolder(run: (ask: Ask) => Promise<Answer>): Promise<string | undefined> {
  const { code, stdout } = await run(query);
  if (code !== 0) return undefined;
  const folder = /^\s+Folder\s+REG_SZ\s+(.+?)\s*$/m.exec(stdout)?.[1];
  if (folder !== undefined && unreadable.test(folder))
    throw new Failure('firewall-agent-folder-unreadable', { folder });
  return folder;
}

/** Service and engines run by this one. */
export const agentProgram = (folder: string) => `${folder.replace(/\\+$/, '')}\\node.exe`;
