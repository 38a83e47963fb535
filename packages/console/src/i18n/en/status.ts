export const status = {
  none: 'No messages',
  component: 'Component',
  components: 'Components, last 24 hours',
  allComponents: 'All components',
  oldestFirst: 'Oldest first',
  severityAll: 'All severities',
  counts: '{errors} errors, {warnings} warnings, {infos} messages',
};
