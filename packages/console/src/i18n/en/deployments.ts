export const runs = {
  status: {
    planned: 'Planned',
    waiting: 'Waiting',
    delivering: 'Delivering',
    executing: 'Executing',
    restarting: 'Restarting',
    verifying: 'Verifying',
    succeeded: 'Succeeded',
    failed: 'Failed',
    'not-applicable': 'Not applicable',
    cancelled: 'Cancelled',
  },
};
