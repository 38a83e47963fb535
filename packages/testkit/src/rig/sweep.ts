/** Run at the end of `npm test`: removes what killed tests left on disk and in the kernel. */
import { sweepControlGroups, sweepRigFolders } from './rig-folder.ts';

if (process.platform === 'linux') {
  for (const name of await sweepRigFolders())
    console.log(`LEFT BEHIND by a test that died, removed: ${name}`);
  await sweepControlGroups();
}
