export const overview = {
  machines: 'Machines: {total}',
  openDeployments: 'Open deployments',
  noDeployments: 'No open deployments',
  noDeploymentsText: 'What is being deployed is drawn here, state by state.',
  allDeployments: 'All {total} open deployments',
  targets_one: '{count} machine',
  targets_other: '{count, number} machines',
  problems: 'Recent problems',
  noProblems: 'No problems',
  waiting_one: '{count} machine waits for approval.',
  waiting_other: '{count, number} machines wait for approval.',
  decide: 'Approve or refuse',
};
