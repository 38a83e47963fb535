import cluster from 'node:cluster';

/** One program, two processes: a gateway where the site's process started this one as such, else the site. */
if (cluster.isWorker) {
  const { runGateway } = await import('./gateway/gateway-process.ts');
  runGateway();
} else {
  const { runSite } = await import('./site-process.ts');
  await runSite();
}
