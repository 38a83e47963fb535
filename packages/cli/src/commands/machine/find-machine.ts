import { type MachineRow, machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { pick } from '../../pick.ts';

/** The machine that a person means by id or name. @throws Failure not-found, name-ambiguous */
export async function findMachine(client: Client, text: string): Promise<MachineRow> {
  const query = { search: text.slice(0, 255), limit: 1000 };
  const { items } = await client(machineRoutes.list, { query });
  if (items.some(({ id, name }) => id === text || name.toLowerCase() === text.toLowerCase()))
    return pick(items, text, 'machine');
  return client(machineRoutes.get, { params: { id: text } });
}

export async function findMachines(client: Client, texts: readonly string[]): Promise<MachineRow[]> {
  const found: MachineRow[] = [];
  for (const text of texts) found.push(await findMachine(client, text));
  return found;
}
