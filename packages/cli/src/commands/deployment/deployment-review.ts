import { type DeploymentRow, deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';
import { onDeployment } from './find-deployment.ts';

/** `tenkai deployment reviewed`: after an upgrade of its package somebody has looked at the target (DIST-19). */
export function addReviewCommand(noun: Command, cli: Cli) {
  noun
    .command('reviewed')
    .description('say that the target was looked at after an upgrade of the package; see list --review')
    .argument('<deployment>', 'name or id')
    .action(acting(cli, onDeployment(noteReviewed)));
}

async function noteReviewed({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const row = await client(deploymentRoutes.reviewed, { params: { id } });
  output.result(row, () => `${row.name} goes on for ${row.collectionName}`);
}

/** Lines for `show`: which package went from where to where while the deployment stayed in use. */
export function reviewLines({ output }: Session, { reviews, collectionName }: DeploymentRow): string[] {
  return reviews.map(({ packageId, fromVersion, toVersion }) =>
    output.style.warn(
      `${packageId} went from ${fromVersion} to ${toVersion}; see whether ${collectionName} is still its target, then tenkai deployment reviewed`,
    ),
  );
}
