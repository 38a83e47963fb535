import { enableCompileCache } from 'node:module';

enableCompileCache();
if (process.argv[2] === 'worker') {
  const { serveParent } = await import('./fleet/serve-parent.ts');
  serveParent();
} else {
  const { runProgram } = await import('./program.ts');
  process.exitCode = await runProgram({ stdin: process.stdin, stdout: process.stdout });
}
