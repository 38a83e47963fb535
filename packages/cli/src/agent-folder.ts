import type { Answer, Ask } from '@tenkai/domain/firewall/index.ts';
import { ask } from '@tenkai/domain/firewall/procedure.ts';

/** Where the agent's package for Windows goes unless somebody says otherwise. */
export const usualAgentFolder = 'C:\\Program Files\\Tenkai\\Agent';

const query = ask('reg.exe', 'query', 'HKLM\\SOFTWARE\\Tenkai\\Agent', '/v', 'Folder', '/reg:64');

/** Where it went on this Windows, as its installation has kept it; undefined: it is not installed. */
export async function installedAgentFolder(run: (ask: Ask) => Promise<Answer>): Promise<string | undefined> {
  const { code, stdout } = await run(query);
  return code === 0 ? /^\s+Folder\s+REG_SZ\s+(.+?)\s*$/m.exec(stdout)?.[1] : undefined;
}

/** Service and engines run by this one. */
export const agentProgram = (folder: string) => `${folder.replace(/\\+$/, '')}\\node.exe`;
