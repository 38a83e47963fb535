import { type RepositoryRow, repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { pick } from '../../pick.ts';

/** The repository that a person means by id or name. @throws Failure not-found */
export async function findRepository(client: Client, text: string): Promise<RepositoryRow> {
  return pick((await client(repositoryRoutes.list)).items, text, 'repository');
}
