/**
 * One program: the site's process or, as a child of it, one of its gateways. What the other one needs is not loaded.
 */
if (process.argv[2] === 'gateway') {
  const { runGateway } = await import('./gateway/run-gateway.ts');
  await runGateway();
} else {
  const { runSite } = await import('./site-process.ts');
  await runSite({ untilInputEnds: process.argv.includes('--until-input-ends') });
}
