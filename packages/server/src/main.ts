/**
 * One program: the site's process or, as a child of it, one of its gateways. What the other one needs is not loaded.
 */
import { readCommandLine } from './command-line.ts';

if (process.argv[2] === 'gateway') {
  const { runGateway } = await import('./gateway/run-gateway.ts');
  await runGateway();
} else {
  const start = readCommandLine(process.argv.slice(2));
  if (start.kind === 'told') {
    (start.status === 0 ? process.stdout : process.stderr).write(start.text);
    process.exitCode = start.status;
  } else {
    const { runSite } = await import('./site-process.ts');
    await runSite(start);
  }
}
